"""The forms of a channel."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from migration_tracker import outbound
from migration_tracker.notifications.models import OFFERED, WEB, Channel, Event, Kind


class ChangeForm(forms.Form):
    """Of what somebody is told; by which way, and where, stays: another address has another key."""

    events = forms.MultipleChoiceField(
        label="Of what",
        choices=[(one.value, one.label) for one in OFFERED],
        initial=[one.value for one in OFFERED if one is not Event.DIGEST],
        widget=forms.CheckboxSelectMultiple,
    )
    owner = forms.CharField(
        required=False, max_length=200, label="Only of workers of", help_text="An owner; empty for all."
    )
    threshold = forms.IntegerField(
        label="After how many failed runs in a row", min_value=1, max_value=20, initial=1
    )

    @classmethod
    def of(cls, channel: Channel) -> "ChangeForm":
        initial = {"events": channel.events, "owner": channel.owner, "threshold": channel.threshold}
        return cls(initial=initial, auto_id=f"channel-{channel.pk}-%s")


class ChannelForm(ChangeForm):
    """Whom to tell, of what, and how."""

    kind = forms.ChoiceField(label="How", choices=Kind.choices)
    address = forms.CharField(
        required=False,
        max_length=2000,
        help_text="The webhook's https address, or the mailbox; nothing for owners and leads.",
    )
    field_order = ("kind", "address")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        kind, address = said.get("kind"), said.get("address", "")
        try:
            if kind in WEB:
                outbound.check(address, allowed=settings.OUTBOUND_ALLOWED_HOSTS)
            elif kind == Kind.EMAIL:
                validate_email(address)
        except (outbound.OutboundError, ValidationError) as error:
            self.add_error("address", error if isinstance(error, ValidationError) else str(error))
        return said
