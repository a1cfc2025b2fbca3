"""Acme Pay: the small payments company of the demo, whose workflows can be slowed, broken and repaired.

It speaks HTTP on this machine alone, and knows of Sevbot only what any company does: where counts and heartbeats go.
"""

from bot.acme.company import Company
from bot.acme.reporting import Reports

__all__ = ["Company", "Reports"]
