from __future__ import annotations

from hypothesis import HealthCheck, settings

# How long a plan takes to be made says more about the machine than about the test.
settings.register_profile(
    "engine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("engine")
