#!/usr/bin/env python
"""Django's command line for the tracker, in a checkout."""

from migration_tracker.manage import main

if __name__ == "__main__":
    main()
