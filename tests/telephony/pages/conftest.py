from __future__ import annotations

import re
from typing import Any

from tests.pages.conftest import signed_in

__all__ = ["signed_in"]


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())
