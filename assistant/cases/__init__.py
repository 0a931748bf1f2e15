"""How far a case or a work order has come, in plain words."""
