"""One look at one thing each: a function that returns a diagnosis, never raises, and changes nothing."""
