# ruff: noqa: RUF001 - words of many languages
"""What feeds write under a text that is not all of it, in the languages of the press.

Lines in lower case. The forms come first (`excerpt.py`): most of what says "read on" is a link to the
entry itself, and needs no word list.
"""

READ_ON = """
continue reading|continue reading this|read more|read full article|read full story|read the full article
read the full story|read the full post|read the full report|read the whole story|read the rest
read the rest of this entry|read on|full story|full article|keep reading|view full article|more
click here to read more|read more here|read more on
weiterlesen|weiter lesen|jetzt weiterlesen|hier weiterlesen|mehr lesen|mehr|lesen sie mehr
lesen sie weiter|zum artikel|zum vollständigen artikel|den ganzen artikel lesen|ganzen artikel lesen
den vollständigen artikel lesen|artikel lesen|vollständiger artikel|alles lesen
lire la suite|lire plus|lire l'article|lire l'article complet|lire l'intégralité de l'article
continuer la lecture|continuer à lire|poursuivre la lecture|la suite|suite
leer más|leer mas|seguir leyendo|continuar leyendo|sigue leyendo|leer el artículo completo|leer completo
leer la noticia completa|continuar la lectura
leia mais|leia a matéria completa|leia o artigo completo|ler mais|continue lendo|continuar lendo
continue a ler|continuar a ler|continuar a leitura
leggi tutto|leggi di più|leggi ancora|continua a leggere|leggi l'articolo|leggi l'articolo completo|continua
prosegui la lettura|leggi l'intero articolo
lees meer|lees verder|verder lezen|lees het hele artikel|lees het volledige artikel|meer lezen
czytaj dalej|czytaj więcej|czytaj całość|więcej|przeczytaj całość
číst dál|číst více|celý článek|čítať ďalej|čítaj viac|celý článok
läs mer|läs vidare|läs hela artikeln|fortsätt läsa|læs mere|læs videre|læs hele artiklen|fortsæt læsning
les mer|les videre|les hele saken|fortsett å lese|lue lisää|jatka lukemista|lue koko juttu
olvass tovább|tovább|bővebben|citește mai mult|citeste mai mult|citește mai departe|devamını oku|devamı
devamını okuyun|daha fazla|διαβάστε περισσότερα|διαβάστε τη συνέχεια|συνέχεια
читать далее|читать дальше|читать полностью|подробнее|далее|читати далі|читати повністю|докладніше
детальніше|прочети още|виж още|прочитај више|pročitaj više|opširnije|nastavi čitati|preberi več
続きを読む|続きを見る|続きはこちら|記事全文を読む|全文を読む|もっと読む|もっと見る
阅读全文|继续阅读|阅读更多|查看全文|点击阅读全文|更多|閱讀全文|繼續閱讀|閱讀更多|查看更多|全文
더 보기|더보기|계속 읽기|더 읽기|자세히 보기|전문 보기|기사 전문 보기
اقرأ المزيد|إقرأ المزيد|متابعة القراءة|تابع القراءة|المزيد
ادامه مطلب|ادامه خبر|بیشتر بخوانید|مزید پڑھیں
המשך קריאה|קרא עוד|להמשך קריאה|לכתבה המלאה|และอ่านต่อ|อ่านต่อ|อ่านเพิ่มเติม
baca selengkapnya|baca juga selengkapnya|selengkapnya|baca lagi|đọc tiếp|xem thêm|đọc thêm|और पढ़ें|आगे पढ़ें
"""

PLACES = """
here at on in with hier auf bei mit im ici sur chez avec aquí en con qui su sul con aqui em no na op bij met
tutaj w na z zde här på hos med her täällä itt tu na zde pe la εδώ στο здесь на тут
"""
"""Words that begin to say where the rest is, or with what: "read more at", "weiterlesen mit"."""

NOT_READ_ON = """
permalink|permalien|permanent link|link|comments|comment|leave a comment|kommentare|commentaires|comentarios
comentários|commenti|reacties|share|teilen|partager|compartir|source|quelle|original|reply|via|top|nach oben
"""
"""Links to the entry itself that announce nothing."""

FIRST_APPEARED = """
the post|the article|this post|this article|this story|the story
  appeared first on|first appeared on|first appeared in|originally appeared on|was originally published on
  was first published on|was originally published in|originally published at
der beitrag|dieser beitrag|der artikel|dieser artikel
  erschien zuerst auf|erschien zuerst bei|erschien zuerst im|ist zuerst erschienen auf
l'article|cet article|le billet
  est apparu en premier sur|est apparu en premier|a été publié en premier sur|a d'abord été publié sur
la entrada|el artículo|este artículo|el post|la noticia
  aparece primero en|apareció primero en|se publicó primero en|fue publicado primero en
o post|o artigo|este artigo|a notícia|o conteúdo
  apareceu primeiro em|apareceu primeiro no|aparece primeiro em|foi publicado primeiro em
l'articolo|questo articolo|il post
  proviene da|sembra essere il primo su|è apparso per la prima volta su
het bericht|het artikel|dit artikel|dit bericht
  verscheen eerst op|is eerst verschenen op|verscheen als eerste op
artykuł|wpis|post
  pochodzi z serwisu|pojawił się poczatkowo na|pojawił się po raz pierwszy w
příspěvek|článok|príspevok
  pochází z|appeared first on|zobrazený najskôr
inlägget|indlægget|innlegget
  dök först upp på|blev først vist den|dukkede først op på|dukket først opp på|blev først udgivet på
artikkeli
  julkaistiin ensimmäisen kerran|ilmestyi ensin
articolul|postarea
  apare prima dată în|a apărut prima dată în
сообщение|запись|статья|новость
  появились сначала на|появилась сначала на|впервые появилась на|сначала появилась на
"""
"""Beginnings of the line, and below them what joins title and outlet."""

FIRST_APPEARED_AT_THE_END = "ilk önce göründü|üzerinde ortaya çıktı|に最初に表示されました|هو المقال الأول"
FIRST_APPEARED_WITHIN = "最先出现在|最早出現在|最早出現於|最早出现于|ظهرت أولاً على"
