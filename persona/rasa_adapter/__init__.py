"""Everything that touches rasa: classifier, door (tracker and stores), NLG, remote actions, REST channel.

The rest of the library imports neither rasa nor tensorflow.
"""

import os

from persona.rasa_adapter import later

# Before numpy is loaded: a message is one small product of matrices, for which waking a second core costs twice the time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
later.install()  # before anything here imports rasa
