"""Everything that touches rasa: classifier, door (tracker and stores), NLG, remote actions, REST channel.

The rest of the library imports neither rasa nor tensorflow.
"""

from persona.rasa_adapter import later

later.install()  # before anything here imports rasa
