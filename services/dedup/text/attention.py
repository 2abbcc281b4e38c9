# ruff: noqa: RUF001 - words and marks of many languages
"""Words by which a page counts attention and tells how long ago it was made, language by language.

Data for `churn`: fragments of regular expressions, matched without regard to case.
"""

UNITS = (
    # English, German, Dutch, Scandinavian
    "[❤♥👍👁💬] views? comments? shares? likes? reads readers? replies reactions?",
    "aufrufe? klicks? kommentare? gelesen geteilt leser leserinnen reaktionen",
    "weergaven reacties? gelezen gedeeld lezers",
    "visningar? visninger kommentarer? delningar delinger läsare lesere læsere",
    # French, Spanish, Italian, Portuguese, Romanian
    "vues? commentaires? partages? lectures? lecteurs réactions?",
    "vistas? visitas? visualizaciones comentarios? compartidos? lecturas lectores",
    "visualizzazioni commenti commento condivisioni letture lettori",
    "visualizações comentários? compartilhamentos partilhas leituras leitores",
    "vizualizări comentarii afișări",
    # Polish, Czech, Turkish, Russian, Ukrainian, Greek
    "wyświetleń wyświetlenia odsłon komentarzy komentarze komentarz udostępnień",
    "zobrazení komentářů komentáře sdílení",
    "görüntülenme görüntüleme okunma yorum paylaşım okuyucu",
    "просмотр(?:ов|а)? комментари(?:ев|я|й) репост(?:ов|а)? читател(?:ей|я|ь)",
    "перегляд(?:ів|и)? коментар(?:ів|і)? προβολές σχόλια κοινοποιήσεις",
    # Arabic, Persian, Hindi, Korean
    "(?:ال)?مشاهد(?:ة|ات) (?:ال)?تعليق(?:ات)? (?:ال)?مشارك(?:ة|ات) قراءة",
    "بازدید نظر دیدگاه बार टिप्पणियाँ टिप्पणी 조회 댓글 공유",
)
"""What is counted, where words are parted by blanks."""
UNSPACED_UNITS = "阅读 閱讀 浏览 瀏覽 评论 評論 分享 留言 点赞 閲覧 コメント シェア"
BESIDE = (
    "mal times people users personen personnes personas persone pessoas keer veces volte vezes fois раз kez"
)
"""What may stand between the number and the unit."""
READING = (
    r"(?:people |users )?(?:are )?(?:reading|watching|viewing)(?: (?:this now|this|now))?",
    r"min(?:ute)?s?\.?[ -]read",
    r"min(?:uten?)?\.? (?:lesezeit|leestijd)",
)
AGO = (
    r"just now|moments ago",
    r"(?:an?|\d+) ?(?:s|sec|secs|seconds?|m|min|mins|minutes?|h|hrs?|hours?|d|days?|weeks?) ago",
    r"gerade eben|vor (?:einer|einem|\d+) (?:sek|sekunden?|min|minuten?|std|stunden?|tag|tagen|wochen?)\.?",
    r"zojuist|(?:een|\d+) (?:sec|min|minuten|minuut|uur|uren|dag|dagen|week|weken) geleden",
    r"för (?:en|\d+) (?:min|minut|minuter|tim|timme|timmar|dag|dagar) sedan",
    r"(?:for )?(?:en|et|\d+) (?:min|minut|minutt|minutter|time|timer|dag|dage|dager) siden",
    r"\d+ (?:min|minuuttia?|tunti|tuntia|päivää) sitten|\d+ (?:perce|órája|napja)",
    r"à l’instant|à l'instant|il y a (?:une?|\d+) ?(?:s|secondes?|min|minutes?|h|heures?|j|jours?|semaines?)",
    r"hace (?:una?|\d+) ?(?:seg|segundos?|min|minutos?|h|horas?|días?|semanas?)",
    r"(?:un|una|un['’]|\d+) ?(?:secondi|min|minut[oi]|or[ae]|giorn[oi]|settiman[ae]) fa",
    r"há (?:uma?|\d+) ?(?:min|minutos?|h|horas?|dias?|semanas?)|\d+ ?(?:minutos?|horas?|dias?) atrás",
    r"acum (?:un|o|\d+) (?:de )?(?:minute?|minut|ore|oră|zile|zi)",
    r"\d+ ?(?:sek|min|minut[ęy]?|godz|godzin[ęy]?|dni|dzień)\.? temu|před (?:\d+) (?:minutami|hodinami|dny)",
    r"pred (?:\d+) (?:minútami|hodinami|dňami)|(?:pre|prije) (?:\d+) (?:minuta?|min|sata?i?|h|dana)",
    r"\d+ ?(?:saniye|dk|dakika|saat|gün) önce|az önce",
    r"(?:\d+ )?(?:мин|минут[уы]?|час(?:а|ов)?|д(?:ень|ня|ней))\.? назад|только что|щойно",
    r"(?:\d+ )?(?:хв|хвилин[уи]?|годин[уи]?|дн(?:і|ів))\.? тому|πριν (?:από )?\d+ (?:λεπτά|ώρες|ημέρες)",
    r"(?:منذ|قبل) (?:\d+ )?(?:دقيقة|دقيقتين|دقائق|ساعة|ساعتين|ساعات|يوم|يومين|أيام)",
    r"\d+ (?:دقیقه|ساعت|روز) (?:پیش|قبل)",
    r"\d+ (?:मिनट|घंटे|दिन) पहले|\d+ ?(?:초|분|시간|일) ?전|방금",
)
UNSPACED_AGO = r"\d+ ?(?:秒|分钟|分鐘|分|小时|小時|時間|天|日) ?之?前|刚刚|剛剛|たった今"
UPDATED = (
    r"(?:last )?(?:updated|modified)|(?:zuletzt )?aktualisiert|stand|bijgewerkt|laatste update|uppdaterad|"
    r"opdateret|oppdatert|mis à jour|modifié|actualizado|última actualización|(?:ultimo )?aggiornamento|"
    r"aggiornato|atualizado|última atualização|actualizat|aktualizacja|zaktualizowano|aktualizováno|"
    r"(?:son )?güncelleme|güncellendi|обновлено|оновлено|ενημερώθηκε|آخر تحديث|تم التحديث|"
    r"最終更新|最后更新|最後更新|更新时间|更新時間|更新于|更新於|更新|최종수정|수정|업데이트"
)
"""Labels before the hour at which a page was touched last."""
CLOCK_WORDS = frozenset(
    "at on um am den vom uhr le à el a las los il alle ore em às de do om op kl den w dniu o saat в um "
    "gmt utc cet cest est edt bst a.m. p.m. am pm h ist".split()
)
