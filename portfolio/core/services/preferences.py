from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from portfolio.core.choices import Channel, NoticeKind
from portfolio.core.models import NoticePreference, User


def preferences_of(person: User) -> dict[str, str]:
    """How somebody is told of each kind: at once where they never said otherwise."""
    chosen = dict(person.notice_preferences.values_list("kind", "channel"))
    return {kind: chosen.get(kind, Channel.AT_ONCE) for kind in NoticeKind}


@transaction.atomic
def choose_channels(*, person: User, channels: Mapping[str, str]) -> None:
    for kind, channel in sorted(channels.items()):
        NoticePreference.objects.update_or_create(
            person=person, kind=kind, defaults={"channel": channel}
        )
