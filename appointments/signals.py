"""What the appointments app tells the apps above it."""

from __future__ import annotations

from django.dispatch import Signal

#: An appointment was given to another doctor; keywords ``appointment``,
#: ``previous``, the doctor until now, and ``actor``. Sent inside the transaction,
#: so that what hangs on the appointment moves with it.
doctor_changed = Signal()

#: A patient was given to another doctor; keywords ``patient`` and ``actor``. Sent
#: inside the transaction, with the patient held.
patient_given = Signal()

#: An appointment that had no patient has one; keyword ``instance``, the appointment.
#: Sent inside the transaction.
patient_linked = Signal()

#: An appointment is about to be deleted; keyword ``appointment``. Sent inside the
#: transaction, so that what hangs on it is let go with it.
appointment_deleting = Signal()
