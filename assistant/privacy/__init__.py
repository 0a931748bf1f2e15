"""Personal data: found, masked, sealed, erased."""
