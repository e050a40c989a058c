"""One command for the whole tracker on one machine: web, jobs and schedule start, live and end together."""
