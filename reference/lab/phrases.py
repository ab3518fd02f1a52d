"""Words from which the generated tweets are made: six languages, four scripts, and emoji. Written for this course; data only.

`{w}` is where a topic word goes. The frames need no article before it, so that any noun fits.
"""

from __future__ import annotations

GIVEN_NAMES = {  # romanised (for usernames, at most 7 letters) and as displayed
    "en": (
        ("emma", "Emma"), ("liam", "Liam"), ("olivia", "Olivia"), ("noah", "Noah"), ("ava", "Ava"), ("jack", "Jack"),
        ("grace", "Grace"),
    ),
    "es": (
        ("sofia", "Sofía"), ("mateo", "Mateo"), ("lucia", "Lucía"), ("diego", "Diego"), ("ines", "Inés"), ("andres", "Andrés"),
    ),
    "pt": (
        ("joao", "João"), ("ana", "Ana"), ("tiago", "Tiago"), ("beatriz", "Beatriz"), ("caua", "Cauã"), ("livia", "Lívia"),
    ),
    "ja": (
        ("aoi", "葵"), ("haruto", "陽翔"), ("yui", "結衣"), ("sora", "空"), ("rin", "凛"), ("kaito", "海斗"),
    ),
    "hi": (
        ("priya", "प्रिया"), ("arjun", "अर्जुन"), ("ananya", "अनन्या"), ("rohan", "रोहन"), ("kavya", "काव्या"), ("vivaan", "विवान"),
    ),
    "ar": (
        ("ahmad", "أحمد"), ("layla", "ليلى"), ("omar", "عمر"), ("nour", "نور"), ("yusuf", "يوسف"), ("maryam", "مريم"),
    ),
}
FAMILY_NAMES = {
    "en": (
        "Smith", "Jones", "Taylor", "Brown", "Okafor", "Clarke", "Murphy", "Nguyen",
    ),
    "es": (
        "García", "Núñez", "López", "Muñoz", "Ibáñez", "Torres", "Peña", "Vega",
    ),
    "pt": (
        "Silva", "Araújo", "Conceição", "Gonçalves", "Rocha", "Simões", "Leão", "Lima",
    ),
    "ja": (
        "佐藤", "鈴木", "高橋", "田中", "渡辺", "小林", "中村", "加藤",
    ),
    "hi": (
        "शर्मा", "वर्मा", "सिंह", "गुप्ता", "पटेल", "मिश्रा", "यादव", "जोशी",
    ),
    "ar": (
        "العلي", "حسن", "الخطيب", "منصور", "السيد", "حداد", "فارس", "نجار",
    ),
}
WORDS = {
    "en": (
        "coffee football election climate music weekend traffic startup kernel garden movie basketball python database vaccine "
        "budget travel running recipe concert robot teacher hospital library bicycle summer winter sunrise podcast novel "
        "keyboard economy science history photography marathon breakfast airport bridge river museum festival energy privacy"
    ),
    "es": (
        "fútbol café elecciones música viaje tráfico verano invierno playa montaña receta película gobierno economía salud "
        "educación ciencia historia teatro poesía libro concierto terremoto lluvia mercado vacuna empleo presupuesto mañana "
        "niñez corazón camión perro gato bicicleta tecnología energía festival abuela barrio"
    ),
    "pt": (
        "futebol café eleição música viagem trânsito verão inverno praia montanha receita filme governo economia saúde educação "
        "ciência história teatro poesia livro show chuva mercado vacina emprego orçamento amanhã coração caminhão cachorro gato "
        "bicicleta tecnologia energia festival avó bairro carnaval novela"
    ),
    "ja": (
        "桜 コーヒー サッカー 野球 音楽 映画 電車 仕事 学校 大学 料理 ラーメン 寿司 旅行 温泉 天気 地震 台風 選挙 経済 科学 "
        "歴史 写真 漫画 アニメ ゲーム 猫 犬 図書館 自転車 夏休み 花火 雪 富士山 東京 大阪 京都 週末 朝ごはん 新幹線"
    ),
    "hi": (
        "क्रिकेट चाय चुनाव संगीत फ़िल्म यात्रा बारिश गर्मी सर्दी पहाड़ किताब विज्ञान इतिहास शिक्षा स्वास्थ्य बाज़ार त्योहार दिवाली होली "
        "परिवार दोस्त रेलगाड़ी उत्तरप्रदेश दिल्ली मुंबई खाना मिठाई खेल तकनीक नौकरी किसान नदी मंदिर कविता कहानी सुबह शाम सपना समाचार "
        "योग"
    ),
    "ar": (
        "قهوة كرة انتخابات موسيقى سفر مطر صيف شتاء بحر جبل كتاب علوم تاريخ تعليم صحة سوق عيد رمضان عائلة صديق قطار القاهرة دبي "
        "بيروت طعام حلوى رياضة تقنية عمل مدرسة نهر مسجد شعر قصة صباح مساء حلم أخبار طاقة حديقة"
    ),
}
FRAMES = {
    "en": (
        "Thinking about {w} again", "Why does nobody talk about {w}?", "Today was all about {w}", "I was wrong about {w}",
        "A thread on {w} and {w}", "{w} or {w}? Be honest", "My whole feed is {w} this morning",
        "Three years of {w} and I still learn something", "Hot take: {w} beats {w}", "Somebody explain {w} to me",
        "Back from a week without {w}", "New post about {w}, comments welcome", "Small wins: {w}, then {w}",
    ),
    "es": (
        "Otra vez pensando en {w}", "¿Por qué nadie habla de {w}?", "Hoy todo fue {w}", "Me equivoqué con {w}",
        "Un hilo sobre {w} y {w}", "¿{w} o {w}? Sean sinceros", "Qué bonito empezar el día con {w}",
        "Llevo años con {w} y aún aprendo algo", "Alguien que me explique {w}", "Nuevo artículo sobre {w}",
        "Nada como {w} después de {w}",
    ),
    "pt": (
        "De novo pensando em {w}", "Por que ninguém fala de {w}?", "Hoje foi só {w}", "Eu estava errado sobre {w}",
        "Um fio sobre {w} e {w}", "{w} ou {w}? Sejam sinceros", "Que saudade de {w}", "Alguém me explica {w}, por favor",
        "Texto novo sobre {w} no ar", "Não há {w} sem {w}",
    ),
    "ja": (
        "また{w}のことを考えている", "どうして誰も{w}の話をしないの？", "今日は{w}ばかりだった", "{w}と{w}について書きました",
        "{w}か{w}か、それが問題だ", "朝から{w}で頭がいっぱい", "誰か{w}を説明してください", "{w}のあとの{w}は最高",
        "久しぶりの{w}、楽しかった",
    ),
    "hi": (
        "फिर से {w} के बारे में सोच रहा हूँ", "{w} पर कोई बात क्यों नहीं करता?", "आज का दिन {w} के नाम", "{w} और {w} पर एक धागा",
        "{w} या {w}? सच बताइए", "कोई मुझे {w} समझाए", "{w} के बिना सुबह अधूरी है", "{w} पर नया लेख पढ़िए",
    ),
    "ar": (
        "أفكر في {w} من جديد", "لماذا لا يتحدث أحد عن {w}؟", "اليوم كله {w}", "كنت مخطئًا بشأن {w}", "سلسلة عن {w} و {w}",
        "{w} أم {w}؟ كونوا صادقين", "من يشرح لي {w}؟", "لا صباح بلا {w}", "مقال جديد عن {w}",
    ),
}
EMOJI = (
    "😂", "❤️", "🔥", "🙏", "😭", "👏", "🎉", "☕", "⚽", "🤔", "👍🏽", "👩‍💻", "👨‍👩‍👧‍👦", "🇧🇷", "🇯🇵", "🇮🇳", "🌧️", "✨",
)
REAL_BURST_TAGS = {
    "en": (
        "cupfinal", "blackout", "awardsnight", "stormwatch", "keynote", "transferday", "moonlanding", "trainstrike",
    ),
    "es": (
        "finaldecopa", "temblor", "apagón", "paronacional", "eclipsetotal", "granestreno",
    ),
    "pt": (
        "finaldobrasileirão", "apagão", "chuvaforte", "noitedeestreia", "greve",
    ),
    "ja": (
        "地震速報", "台風接近", "花火大会", "甲子園決勝", "流星群",
    ),
    "hi": (
        "विश्वकपफ़ाइनल", "बजट२०२६", "मानसून", "चंद्रयान",
    ),
    "ar": (
        "نهائي_الكأس", "زلزال", "العيد_غدا", "أمطار_اليوم",
    ),
}
BOT_BURST_TAGS = (
    "freecoins", "winaphone", "cheapfollowers", "crypto100x", "votenow_k7", "miraclepill", "luckydraw24", "getrichtoday",
    "bestdealz", "followback365", "airdropnow", "promo_x9", "hotstocktip", "giveaway777",
)
BOT_FRAMES = (
    "Don't miss this, link in bio", "Last chance today, link in bio", "You won't believe it, link in bio", "100% real, link in bio",
)
