from __future__ import annotations

import pytest

from medisync.audit.trail import SYSTEM
from telephony import pbx
from telephony.models import PbxUser


@pytest.fixture
def changed_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever proves a PBX user's password is overtaken by its change."""
    proves = pbx._proves

    def then_change(digest: str, user: PbxUser | None) -> bool:
        proven = proves(digest, user)
        pbx.set_pbx_password(PbxUser.objects.get(), "Linden-78", actor=SYSTEM)
        return proven

    monkeypatch.setattr(pbx, "_proves", then_change)
