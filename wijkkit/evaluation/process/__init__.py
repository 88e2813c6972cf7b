"""How it was done: implementation, network, pace, interviews, use of services."""
