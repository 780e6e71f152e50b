"""MediSync beside what it is compared to, in one run; ``make bench`` prints it."""
