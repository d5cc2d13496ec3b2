"""What runs without a request: the timetable and the tasks."""
