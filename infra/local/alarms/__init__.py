"""Alarms that ring on the laptop: CloudWatch's part, which no emulator plays.

`points` keeps what is measured, `rules` says which state an alarm has by it, `watcher` listens to functions and queues
and writes each alarm's state where `python -m infra.operate local alarms` reads it: into the emulated CloudWatch.
"""
