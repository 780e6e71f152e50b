"""What the platform asks of every app without importing one.

Receivers are connected in the apps' ``ready()`` and run in the order of
``INSTALLED_APPS``.
"""

from __future__ import annotations

from django.dispatch import Signal

#: Remove what is abandoned or expired. Receivers return ``{what: how many}``.
sweep_requested = Signal()

#: Load one's part of the demo clinic; keyword ``story`` is a
#: ``medisync.demo_clinic.story.Story``. What is there already stays as it is.
#: Receivers return lines to print, or None.
demo_requested = Signal()
