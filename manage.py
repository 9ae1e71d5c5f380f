#!/usr/bin/env python
from __future__ import annotations

import os
import secrets
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portfolio.settings")
    if any(argument.startswith("backtest") for argument in sys.argv[1:2]):
        # It reads a file and prints; it signs nothing, so that any key will do.
        os.environ.setdefault("PORTFOLIO_SECRET_KEY", secrets.token_urlsafe())
    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)
