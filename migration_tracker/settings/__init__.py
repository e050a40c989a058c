"""The tracker's configuration: defaults for a laptop, environment variables for everything else.

A module for each reason; `docs/operations.md` lists the variables.
"""

from migration_tracker.settings.cache import *  # noqa: F403
from migration_tracker.settings.database import *  # noqa: F403
from migration_tracker.settings.environment import *  # noqa: F403
from migration_tracker.settings.jobs import *  # noqa: F403
from migration_tracker.settings.pages import *  # noqa: F403
from migration_tracker.settings.security import *  # noqa: F403
from migration_tracker.settings.sending import *  # noqa: F403
from migration_tracker.settings.signing_in import *  # noqa: F403
from migration_tracker.settings.watching import *  # noqa: F403
