import { expect, it } from "vitest";
import { detectLanguage } from "./detect-language.ts";

/** One greeting and one sentence about a bridge, translated; each is as short as a few cues. */
const SAID: Readonly<Record<string, string>> = {
  en: "Good morning everybody, today we talk about the new bridge at the harbour and what it costs.",
  de: "Guten Morgen zusammen, heute sprechen wir über die neue Brücke am Hafen und was sie kostet.",
  fr: "Bonjour à tous, aujourd'hui nous parlons du nouveau pont sur le port et de ce qu'il coûte.",
  es: "Buenos días a todos, hoy hablamos del nuevo puente en el puerto y de lo que cuesta.",
  it: "Buongiorno a tutti, oggi parliamo del nuovo ponte sul porto e di quanto costa alla città.",
  pt: "Bom dia a todos, hoje falamos da nova ponte no porto e de quanto ela custa à cidade.",
  nl: "Goedemorgen allemaal, vandaag praten we over de nieuwe brug bij de haven en wat die kost.",
  ru: "Доброе утро всем, сегодня мы говорим о новом мосте в порту и о том, сколько он стоит.",
  uk: "Доброго ранку всім, сьогодні ми говоримо про новий міст у порту і скільки він коштує.",
  pl: "Dzień dobry wszystkim, dzisiaj rozmawiamy o nowym moście w porcie i ile on kosztuje.",
  cs: "Dobré ráno všem, dnes mluvíme o novém mostě v přístavu a o tom, kolik stojí.",
  sv: "God morgon allihopa, idag pratar vi om den nya bron i hamnen och vad den kostar.",
  fi: "Hyvää huomenta kaikille, tänään puhumme uudesta sillasta satamassa ja sen hinnasta.",
  tr: "Herkese günaydın, bugün limandaki yeni köprüden ve ne kadara mal olduğundan bahsediyoruz.",
  el: "Καλημέρα σε όλους, σήμερα μιλάμε για τη νέα γέφυρα στο λιμάνι και πόσο κοστίζει.",
  hu: "Jó reggelt mindenkinek, ma az új kikötői hídról beszélünk és arról, mennyibe kerül.",
  ro: "Bună dimineața tuturor, astăzi vorbim despre noul pod din port și cât costă.",
  vi: "Chào buổi sáng mọi người, hôm nay chúng ta nói về cây cầu mới ở cảng và giá của nó.",
  ar: "صباح الخير جميعا، اليوم نتحدث عن الجسر الجديد في الميناء وكم يكلف المدينة.",
  he: "בוקר טוב לכולם, היום נדבר על הגשר החדש בנמל ועל כמה הוא עולה לתושבי העיר כולה.",
  hi: "सभी को सुप्रभात, आज हम बंदरगाह पर नए पुल और उसकी लागत के बारे में बात करते हैं।",
  ja: "おはようございます。今日は港の新しい橋とその費用について話します。",
  ko: "여러분 안녕하세요. 오늘은 항구의 새 다리와 그 비용에 대해 이야기하겠습니다.",
  zh: "大家早上好，今天我们谈谈港口的新桥以及它的费用是多少。",
  th: "สวัสดีตอนเช้าทุกคน วันนี้เราพูดถึงสะพานใหม่ที่ท่าเรือและค่าใช้จ่าย",
};

it("tells the language of a few cues", async () => {
  const found: Record<string, string | null> = {};
  for (const [language, text] of Object.entries(SAID))
    found[language] = await detectLanguage(text.split(/(?<=[.,،、。，])/));
  expect(found).toEqual(
    Object.fromEntries(Object.keys(SAID).map((language) => [language, language])),
  );
});

it("tells none of what is short, of numbers, and of languages that it can't tell apart", async () => {
  const malay =
    "Selamat pagi semuanya, hari ini kita berbicara tentang jembatan baru di pelabuhan dan biayanya.";
  for (const texts of [
    [],
    [""],
    ["Yes.", "No.", "Good morning."],
    ["12 34 56 ".repeat(100)],
    [malay],
  ])
    expect(await detectLanguage(texts)).toBeNull();
});
