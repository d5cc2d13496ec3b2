"""The words of every rule, a folder for each language of app.insights.languages."""
