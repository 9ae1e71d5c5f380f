from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portfolio.core.errors import RuleBroken
from portfolio.core.models import User
from portfolio.demo.loading import is_in_use, load_demo
from portfolio.demo.people import DEMO_PASSWORD, DEMO_SIGN_INS
from portfolio.demo.weeks import WEEKS


def _day(given: str) -> dt.date:
    return dt.date.fromisoformat(given)


class Command(BaseCommand):
    help = "Fill an empty database with an invented company and a year of its work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=7, help="default 7")
        parser.add_argument(
            "--today", type=_day, metavar="YYYY-MM-DD", help="default is today"
        )
        parser.add_argument(
            "--weeks",
            type=int,
            default=WEEKS,
            help="weeks before this one to freeze a report of; default %(default)s",
        )
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="do nothing when the database is in use already",
        )
        parser.add_argument(
            "--sign-ins",
            action="store_true",
            help="load nothing; print who of the demo can sign in here",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["sign_ins"]:
            self._say_sign_ins()
            return
        if options["if_empty"] and is_in_use():
            self.stdout.write("The database is in use; no demo data is loaded.")
            return
        try:
            team = load_demo(
                today=options["today"] or timezone.localdate(),
                seed=options["seed"],
                weeks=options["weeks"],
                say=self.stdout.write,
            )
        except RuleBroken as broken:
            raise CommandError(str(broken)) from broken
        self.stdout.write(f"Loaded for the {team}. Sign in with:")
        self._say_sign_ins()

    def _say_sign_ins(self) -> None:
        emails = [email for _, email in DEMO_SIGN_INS]
        known = set(
            User.objects.filter(email__in=emails, is_active=True).values_list(
                "email", flat=True
            )
        )
        # Nothing to say in a database that was never filled with the demo.
        if not known:
            return
        width = max(len(words) for words, _ in DEMO_SIGN_INS)
        for words, email in DEMO_SIGN_INS:
            if email in known:
                self.stdout.write(f"  {words:<{width}}  {email}")
        self.stdout.write(f"  {'Password of all':<{width}}  {DEMO_PASSWORD}")
