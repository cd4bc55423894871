/* How a position is opened: a reader asks, the store records, the vault opens; meanwhile somebody ends the grant.
 *
 * The reader decides once on what it read (to show a page), and again inside the transaction that appends the entry.
 * The vault follows the ledger and decides by itself before it opens, each entry once. Any of the three may die.
 * AGAIN: the decision is taken again inside the transaction.  FOLLOWS: the vault decides by the ledger.  ONCE: it opens
 * an entry once.  Each is 1 in the code; with any of them 0 spin must find the way by which something is opened wrongly.
 */
#ifndef AGAIN
#define AGAIN 1
#endif
#ifndef FOLLOWS
#define FOLLOWS 1
#endif
#ifndef ONCE
#define ONCE 1
#endif

bool granted = true;         /* what the ledger says of the grant now */
bool recorded = false;       /* an entry stands by which this may be opened */
bool current = false;        /* the grant stood when that entry was appended */
byte asked = 0, opened = 0;

active proctype Reader() {
  bool yes;
  yes = granted;             /* as the page was shown: any time may pass from here on */
  if
  :: !yes -> goto done
  :: yes -> skip
  fi;
  if
  :: true -> goto done       /* it dies */
  :: atomic {                /* one transaction */
#if AGAIN
       if
       :: granted -> recorded = true; current = true
       :: !granted -> goto done
       fi;
#else
       recorded = true; current = granted
#endif
       assert(current)          /* no opening is recorded but on a decision that stands in that very transaction */
     }
  fi;
  asked = 1;                 /* the vault is asked with the entry's place, perhaps twice */
  if
  :: asked = 2
  :: skip
  fi;
done: skip
}

active proctype Ender() {
  if
  :: atomic { granted = false }
  :: skip
  fi
}

active proctype Forger() {   /* whoever owns the web process may ask the vault without an entry */
  if
  :: asked < 2 -> asked++
  :: skip
  fi
}

active proctype Vault() {
  byte answered = 0;
  do
  :: answered < asked && opened < 3 ->
       atomic {              /* it catches up with the ledger, decides, spends the entry */
         answered++;
         if
#if ONCE
         :: opened > 0 -> skip
#endif
#if FOLLOWS
         :: (!ONCE || opened == 0) && (!recorded || !granted) -> skip
         :: (!ONCE || opened == 0) && recorded && granted ->
#else
         :: (!ONCE || opened == 0) ->
#endif
              opened++;
              assert(recorded);                     /* nothing opens without an entry */
              assert(current);                      /* nor on one that was not decided then */
              assert(opened == 1)                   /* nor twice on one */
         fi
       }
  :: timeout -> break
  od
}
