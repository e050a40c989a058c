"""What Prometheus is told: of requests by the process that answered them, of all else by the database."""
