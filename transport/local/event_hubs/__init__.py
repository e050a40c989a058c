"""The Event Hubs stand-in: an AMQP 1.0 service on qpid-proton inside asyncio, alone in its process.

Bytes go one way through it: `listeners` (TCP, TLS, WebSocket) → `inbound` → `connection` (proton) → `links` →
`namespace` (hubs, groups, partitions) → `links` → `connection` → `outbound` → `listeners`.
"""
