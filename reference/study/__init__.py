"""What learning needs: predict, quiz, ladder, claim checks, progress, the environment check. Everything works in a headless run too."""

from reference.estimation.claims import Claim, claims, find_claim
from reference.study.cards import RESHADED, assumptions, claim, ladder, opening
from reference.study.environment import environment_check
from reference.study.predict import Gate, predict, show
from reference.study.progress import board, reset_progress
from reference.study.quiz import Question, quiz

__all__ = [
    "RESHADED", "Claim", "Gate", "Question", "assumptions", "board", "claim", "claims", "environment_check", "find_claim",
    "ladder", "opening", "predict", "quiz", "reset_progress", "show",
]  # fmt: skip
