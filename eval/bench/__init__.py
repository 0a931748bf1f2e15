"""Speed on one machine: index build, time to the first answer, requests a second, memory."""
