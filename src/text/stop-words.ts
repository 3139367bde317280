const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/**
 * English words that carry grammar, not meaning; matching on them only adds noise to a ranked OR.
 */
const GRAMMAR = words(`
  a about above after again all also am an and any are aren't as at be because been before being below between both but by
  can can't could couldn't did didn't do does doesn't doing don't down during each either else ever every few for from
  further had hadn't has hasn't have haven't having he he'd he'll he's her here here's hers herself him himself his how how's
  i i'd i'll i'm i've if in into is isn't it it'd it'll it's its itself just let's may me might more most must my myself
  neither no nor not of off on once only or other ought our ours ourselves out over own same shall she she'd she'll she's
  should shouldn't so some such than that that's the their theirs them themselves then there there's these they they'd
  they'll they're they've this those through to too under until up upon us very was wasn't we we'd we'll we're we've were
  weren't what what's whatever when when's where where's whether which while who who's whom whose why why's will with within
  without won't would wouldn't yes you you'd you'll you're you've your yours yourself yourselves
`);

/**
 * Words with which people ask for a passage; they describe the request and are seldom said in what
 * is looked for.
 */
const ASKING = words(`
  describe described discuss discussed discusses discussing discussion discussions explain explained find mention mentioned
  mentions moment opinion opinions part please said say saying says show summarise summarize summary talk talked talking talks
  tell think thinking thinks thought thoughts told
`);

/** The words are in lower case, with straight apostrophes. */
export const STOP_WORDS: ReadonlySet<string> = new Set([...GRAMMAR, ...ASKING]);
