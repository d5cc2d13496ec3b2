"""What figures say: functions from arrays to findings. No database, no request, no clock.

Arrays are numpy's; a day axis is oldest first and without gaps. Money is in one currency, major
units. docs/advice.md has the methods and what was measured of them.
"""
