"""`manage.py first_sign_in`: makes the first person of an empty installation and prints the password once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from migration_tracker.accounts import services
from migration_tracker.installation import command


class Command(BaseCommand):
    help = "Makes the first sign-in of an empty installation and prints it; later it says how to go on."

    def handle(self, *args: Any, **options: Any) -> None:
        password = services.first_sign_in()
        if not settings.PASSWORD_SIGN_IN:
            by_link = command(f"way_in {services.FIRST}")
            self.stdout.write(f"Sign in by the identity provider; an administrator also by a link: {by_link}")
        elif password:
            self.stdout.write(f"Sign in as {services.FIRST} with the password {password}")
        else:
            self.stdout.write(
                "Sign in as before; a forgotten password is set anew by: "
                + command(f"changepassword {services.FIRST}")
            )
