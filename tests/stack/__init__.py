"""PostgreSQL and Redis for tests and benchmarks: private ones on loopback, gone with who started them."""
