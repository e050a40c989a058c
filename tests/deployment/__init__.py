"""The files that deploy the tracker: held against their schemas, and run as processes."""
