"""hypothesis without deadlines: on a loaded machine a slow example is not a wrong one."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("wslab", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wslab")
