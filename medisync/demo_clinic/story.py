"""The demo clinic's story, and when in the clinic's time it happens."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

FOLDER = Path(__file__).parent
PASSWORD = "larkfield-2026"  # noqa: S105 (printed for everyone to sign in with)


@dataclass(frozen=True)
class Story:
    """``parts`` is story.json; its days are counted from ``today``."""

    parts: dict[str, Any]
    today: date

    def email(self, key: str) -> str:
        """The e-mail address of the doctor who is called ``key``."""
        doctors = {doctor["key"]: doctor for doctor in self.parts["doctors"]}
        return str(doctors[key]["email"])

    def patient(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = next(
            patient for patient in self.parts["patients"] if patient["key"] == key
        )
        return found

    def day(self, days: int) -> str:
        return (self.today + timedelta(days)).isoformat()

    def moment(self, days: int, time: str) -> datetime:
        """``time`` (HH:MM or HH:MM:SS, the clinic's own) on a day of the story."""
        naive = datetime.fromisoformat(f"{self.day(days)}T{time}")
        return timezone.make_aware(naive)

    def audio(self, name: str) -> Path:
        return FOLDER / "audio" / name


def read_story() -> Story:
    """The story as if it were loaded today."""
    text = (FOLDER / "story.json").read_text(encoding="utf-8")
    return Story(json.loads(text), timezone.localdate())
