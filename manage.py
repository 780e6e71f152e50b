#!/usr/bin/env python
"""Django's command line for MediSync."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.umask(0o077)  # What a command makes, its own user alone may read.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medisync.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # A wrong setting is the operator's to mend: a sentence, no traceback.
        sys.exit(f"medisync: {error}")
    except OperationalError as error:
        # Not reachable, not migrated, full. Such a message quotes no row.
        reason = str(error).strip().partition("\n")[0]
        sys.exit(f"medisync: The database cannot be used: {reason}")


if __name__ == "__main__":
    main()
