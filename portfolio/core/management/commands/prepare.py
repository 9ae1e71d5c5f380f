from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


class Command(BaseCommand):
    help = (
        "Brings database and static files up to date; with --demo fills an empty one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true")

    def handle(self, *, demo: bool, **_options: Any) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Preparing the database …")
            call_command("migrate", verbosity=0, interactive=False)
        self._collect_static()
        if demo:
            # Workers start after this and look for what is due: no news that nobody
            # listens yet.
            logging.getLogger("portfolio.core.services.messages").setLevel(
                logging.ERROR
            )
            call_command("load_demo", if_empty=True, stdout=self.stdout)

    def _collect_static(self) -> None:
        # Compressing every file takes longer than all the rest; done when one changed.
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        wanted = _fingerprint_of_static_files()
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
            return
        self.stdout.write("Preparing the static files …")
        call_command("collectstatic", verbosity=0, interactive=False)
        stamp.write_text(wanted, encoding="utf-8")


def _fingerprint_of_static_files() -> str:
    seen = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            changed = storage.get_modified_time(path).timestamp()
            seen.update(f"{path} {storage.size(path)} {changed}\n".encode())
    return seen.hexdigest()
