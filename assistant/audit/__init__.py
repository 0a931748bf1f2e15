"""What staff and programs did, chained by hash: ids only, and no line changes unseen."""
