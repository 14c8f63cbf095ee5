"""The content files (native Rasa YAML) read without Rasa, and what is wrong with them."""

from persona.content.checks import check
from persona.content.model import Button, Content, Example, Response, Topic
from persona.content.reading import load_content

__all__ = ["Button", "Content", "Example", "Response", "Topic", "check", "load_content"]
