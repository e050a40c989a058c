"""What the environment says of an OpenID provider, and what is wrong with it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from migration_tracker.accounts.oidc.configuration import WrongConfiguration, grants, read
from tests.accounts.provider.walking import configured
from tests.conftest import ROOT


class TestConfiguration:
    def test_groups_may_hold_commas_and_equals_signs_where_each_has_a_line(self):
        found = grants("CN=leads,OU=x=lead@pipeline\n\nviewers = viewer\n")
        assert [(one.group, one.role, one.where) for one in found] == [
            ("CN=leads,OU=x", "lead", "pipeline"),
            ("viewers", "viewer", ""),
        ]

    @pytest.mark.parametrize(
        "text", ["leads", "=lead", "leads=boss", "leads=lead@", "leads=", "a=lead@x b=c"]
    )
    def test_what_is_no_grant_is_named(self, text: str):
        with pytest.raises(WrongConfiguration, match=re.escape(f"OIDC_GROUPS: {text}")):
            grants(text)

    @pytest.mark.parametrize(
        ("others", "named"),
        [
            ({"issuer": "http://idp.example"}, "OIDC_ISSUER must begin with https"),
            ({"issuer": "idp.example"}, "OIDC_ISSUER must begin with https"),
            ({"client_id": ""}, "OIDC_CLIENT_ID is not set"),
            ({"client_secret": ""}, "OIDC_CLIENT_SECRET is not set"),
            ({"scopes": "profile"}, "OIDC_SCOPES must hold openid"),
            ({"session_hours": 0}, "OIDC_SESSION_HOURS"),
            ({"issuer": "", "client_secret": ""}, "OIDC_CLIENT_ID is set, but OIDC_ISSUER is not"),
        ],
    )
    def test_what_is_wrong_is_said_by_its_variable(self, others: dict[str, object], named: str):
        with pytest.raises(WrongConfiguration, match=named):
            configured(**{"issuer": "https://idp.example"} | others)

    def test_without_anything_there_is_no_provider(self):
        nothing = dict.fromkeys(("issuer", "client_id", "client_secret", "groups"), "")
        assert read(**nothing, name="", scopes="", groups_claim="", session_hours=12) is None


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"PASSWORD_SIGN_IN": "false"}, "PASSWORD_SIGN_IN is false and OIDC_ISSUER is not set: nobody could"),
        ({"OIDC_ISSUER": "http://idp.example"}, "OIDC_ISSUER must begin with https://"),
    ],
)
def test_a_tracker_that_is_set_up_wrongly_does_not_start_and_says_why(
    environment: dict[str, str], said: str, tmp_path: Path
):
    own = {k: v for k, v in os.environ.items() if not k.startswith("DJANGO_")}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, capture_output=True, text=True, check=False,
        env=own | environment | {"TRACKER_DATA_DIR": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 1
    assert said in done.stderr
