# ruff: noqa: RUF001, E501, ISC004 - words and marks of many languages
"""How copy says that it corrects or withdraws something, language by language.

Data for `notices`: fragments of regular expressions, matched without regard to case.
"""

CORRECTION_LABELS = (
    r"corrections?|corrected|correcting and replacing|corrective|clarification|erratum|errata|corrigendum",
    r"korrektur|korrigiert|korrigierte (?:fassung|version|meldung)|berichtigung|berichtigt|richtigstellung|"
    r"klarstellung",
    r"correctif|corrigé|rectificatif|rectification|mise au point",
    r"corrección|rectificación|rectifica|fe de (?:erratas|errores)|aclaración|corrige",
    r"correzione|rettifica|errata corrige|precisazione",
    r"correç[ãa]o|correcção|retificação|rectificação|erramos",
    r"correctie|rectificatie|rechtzetting|gecorrigeerd",
    r"rättelse|rettelse|berigtigelse|korrigering|oikaisu|oprava|oprava textu|helyesbítés|rectificare|erată",
    r"sprostowanie|korekta|ispravka|ispravak|διόρθωση",
    r"düzeltme|tekzip",
    r"исправление|исправлено|поправка|уточнение|опровержение|виправлення|уточнення|исправка",
    r"تصحيح|تصويب|استدراك|اصلاحیه|تصحیح",
    r"更正(?:启事|啟事|声明|聲明)?|勘误|勘誤|订正|訂正|お詫びと訂正|おわびと訂正|정정(?:보도)?|바로잡습니다",
)
"""Words that stand by themselves at the head of a line or a title."""
SIGNS = (
    "correc|corregi|corrig|errat|erreur|error|falsch|korrig|korrektur|korrekt|berichtig|richtigstell|klarstell|clarif|"
    "rectif|retific|rettif|fe de er|correç|aclarac|precisaz|mise au point|erramos|rechtzet|rättelse|rettelse|oikaisu|oprav|"
    "helyesb|sprosto|korekt|isprav|διόρθ|düzelt|tekzip|исправ|поправ|уточн|опроверж|виправ|تصحيح|تصويب|استدراك|"
    "اصلاحیه|تصحیح|更正|勘误|勘誤|订正|訂正|정정|바로잡|this version|version of|fassung|version|versión|"
    "versione|versão|versie|versjon|wersji|versiyon|halinde|sürüm|версии|версії|نسخة|版本|の版|버전|stand hier|"
    "hieß es|editor|anmerkung d|anm. d|hinweis d|rédaction|ndlr|redacc|redazion|redaç|de la r.|redact|redak|редакц|"
    "note to readers|المحرر|من التحرير|编者|編者|编辑注|編集部|편집자|regret|apologi|updated to|amended|bedauern|"
    "par erreur|la redac"
).split("|")
"""Parts of lower-cased words, one of which every note of correction holds: cheap to look for."""
EDITOR = (
    r"editor'?s?'? ?note|editors'? note|note to readers",
    r"anm(?:erkung|\.)? ?(?:d(?:er|\.) ?)?red(?:aktion|\.)?|hinweis (?:d(?:er|\.) )?red(?:aktion|\.)?",
    r"note (?:de la rédaction|aux lecteurs)|ndlr",
    r"nota (?:de la redacción|del editor|della redazione|da redação|do editor)|n\. ?de la r\.",
    r"redactioneel|noot van de redactie|od redakcji|editörün notu|red\. anm",
    r"от редакции|примечание редакции|від редакції|ملاحظة (?:المحرر|من التحرير)|编者按|編者按|编辑注|編集部注|편집자 주",
)
WRONG = (
    r"incorrect|misstat|mistak|erroneous|originally (?:report|stat|said)|in error|the error|wrong|was false|"
    r"falsch|fehler|irrtümlich|unzutreffend|korrigiert|berichtigt|"
    r"erron|erreur|inexact|incorrect|equivoc|erróne|por error|errat|sbaglia|errore|erro\b|incorret|"
    r"onjuist|foutief|fout\b|felaktig|fejlagtig|błędn|błąd|pomyłk|hatalı|yanlış|hata\b|"
    r"ошиб|неверн|неправильн|помилк|хибн|خطأ|خاطئ|غير صحيح|错误|錯誤|有误|有誤|誤り|誤って|오류|잘못"
)
CORRECTION_SENTENCES = (
    r"(?:an?|the) (?:earlier|previous|original|initial|prior) version of (?:this|the|our) "
    r"(?:article|story|report|piece|post|item|headline|text|dispatch|caption)",
    r"this (?:article|story|report|piece|post|item|headline|version|text) (?:has been|was|is|had been) "
    r"(?:corrected|(?:updated|amended|revised|edited|changed) to (?:correct|fix|clarify))",
    r"this (?:article|story|report|version|item) corrects",
    r"we (?:regret|apologi[sz]e for) the (?:error|mistake)|we have corrected",
    r"in einer (?:früheren|vorherigen|älteren|ersten|ursprünglichen) (?:version|fassung)"
    r"(?: (?:dieses|des|unseres|der) (?:artikels?|textes|beitrags|berichts|meldung|stücks))?,? "
    r"(?:dieses textes |der meldung )?(?:stand|hieß|war|wurden?|haben|hatten|fehlte)",
    r"(?:zunächst|ursprünglich|zuerst) (?:stand|hieß es) (?:hier|an dieser stelle|in diesem (?:text|artikel))",
    r"wir haben (?:das|den|die|dies|es)\b[^.]{0,60}(?:korrigiert|berichtigt)|wir bedauern den fehler",
    r"die?s?e?r? (?:artikel|text|beitrag|meldung|bericht) wurde[^.]{0,40}(?:korrigiert|berichtigt)",
    r"(?:dans )?une (?:première |précédente )?version (?:précédente|antérieure|initiale|de cet article)",
    r"nous (?:avions|avons) (?:écrit|indiqué|annoncé)[^.]{0,30} par erreur|cet article a été (?:corrigé|rectifié)",
    r"en una versión (?:anterior|previa) de (?:esta|este)|este artículo ha sido corregido",
    r"in una (?:precedente versione|versione precedente) d|questo articolo è stato corretto",
    r"(?:em )?uma versão anterior d(?:este|esta|o|a)|este artigo foi corrigido|esta reportagem foi corrigida",
    r"in een eerdere versie van dit|dit artikel is (?:aangepast|gecorrigeerd)",
    r"i en tidigare version av|i en tidligere (?:version|utgave|versjon) (?:af|av)",
    r"w (?:poprzedniej|wcześniejszej|pierwszej) wersji (?:tekstu|artykułu|depeszy|materiału)",
    r"haberin (?:önceki|ilk) (?:versiyonunda|halinde|sürümünde)|bu haber düzeltilmiştir",
    r"в (?:предыдущей|первой|первоначальной|более ранней) версии (?:этого |этой |данной |нашей )?"
    r"(?:заметки|статьи|текста|материала|новости|публикации)",
    r"у (?:попередній|першій) версії (?:цієї |цього )?(?:статті|тексту|новини)",
    r"(?:ذكرت |في )?نسخة سابقة من هذا (?:الخبر|المقال|التقرير)|النسخة السابقة من هذا",
    r"本文(?:此前|先前|早前)版本|此前版本|(?:この記事|本記事)の(?:以前|初め|当初|最初)の版|おわびして訂正|お詫びして訂正",
    r"이 기사의 (?:이전|초기) 버전",
)
WIRE_CORRECTS = r"\(?(?:corrects|corrige|corrected to|berichtigt|korrigiert) [^.)]{3,120}\)"
"""The bracket in which a wire says what it corrects, at the head of a line."""

WITHDRAWAL_SIGNS = (
    "withdr|kill|retract|hold|remov|delet|taken down|unpublish|pulled|disregard|not use|not publish|zurückgezogen|"
    "zurückzieh|rückruf|storn|entfernt|depubl|gelöscht|nicht mehr verf|verwenden sie|veröffentlichen sie|annul|retir|"
    "retrait|supprim|anul|retract|elimin|borrad|ritir|rimoss|cancel|removid|retratação|apagad|ingetrok|verwijder|"
    "intrek|offline|tillbaka|återkall|tagits bort|trukket|fjernet|wycof|usuni|staženo|geri çek|iptal|kaldır|silin|"
    "отзыв|отозван|аннулир|снят|удал|відклик|سحب|إلغاء|حذف|撤|作废|删除|移除|取り消|取消|削除|취소|삭제|철회"
).split("|")
"""The same of notices of withdrawal."""
WITHDRAWAL_LABELS = (
    r"withdrawn|withdrawal|(?:mandatory |bulletin )?kill(?:ed)?|retract(?:ed|ion)|story withdrawn|hold|"
    r"advisory withdrawal|article removed|story removed|removed",
    r"zurückgezogen|zurückziehung|rückruf|storno|storniert|artikel entfernt|beitrag entfernt|depubliziert",
    r"annulation|annulé|dépêche annulée|article retiré|article supprimé|retrait",
    r"anulad[ao]|anulación|retirad[ao]|artículo retirado|retractación",
    r"annullat[ao]|annullamento|articolo rimosso|ritirat[ao]|ritiro",
    r"cancelad[ao]|anulad[ao]|artigo removido|retratação",
    r"ingetrokken|artikel verwijderd|intrekking|tillbakadragen|återkallad|trukket tilbage|trukket tilbake",
    r"wycofan[aeoy]|anulowan[aeoy]|usunięt[aeoy]|staženo",
    r"geri çekildi|iptal|haber geri çekildi|yayından kaldırıldı",
    r"отзыв сообщения|сообщение отозвано|отозвано|аннулировано|снято с публикации|відкликано",
    r"سحب الخبر|إلغاء|حذف الخبر|撤稿|撤回|作废|取り消し|取消|배포 ?취소|기사 ?삭제|전문 ?취소",
)
WITHDRAWAL_SENTENCES = (
    r"(?:this|the) (?:article|story|report|piece|post|item|page) (?:has been|was|is being) "
    r"(?:removed|withdrawn|retracted|deleted|taken down|unpublished|pulled|killed)",
    r"(?:has|have) (?:withdrawn|retracted|removed|killed) (?:this|the|its) (?:article|story|report|item)",
    r"(?:please )?(?:do not (?:use|publish)|disregard|kill) (?:this|the|our) (?:article|story|report|item)",
    r"die?s?e?r? (?:artikel|text|beitrag|meldung|bericht) (?:wurde|wird|ist)[^.]{0,40}"
    r"(?:entfernt|zurückgezogen|gelöscht|depubliziert|storniert|nicht mehr verfügbar)",
    r"(?:verwenden|veröffentlichen) sie (?:die|diese) meldung [^.]{0,120}\bnicht",
    r"cet(?:te)? (?:article|dépêche|information) (?:a été|est) (?:retirée?|supprimée?|annulée?|dépubliée?)",
    r"est[ea] (?:artículo|noticia|información|nota) (?:ha sido|fue) (?:retirad|eliminad|anulad|borrad)[oa]",
    r"quest[oa] (?:articolo|notizia) è stat[oa] (?:rimoss|ritirat|cancellat|annullat)[oa]",
    r"est[ea] (?:artigo|notícia|reportagem|matéria|texto) foi (?:removid|retirad|cancelad|apagad)[oa]",
    r"dit artikel is (?:verwijderd|ingetrokken|offline gehaald)|denna artikel har (?:tagits bort|dragits tillbaka)",
    r"denne artikk?el(?:en)? er (?:fjernet|trukket)",
    r"(?:ten |niniejszy )?artykuł został (?:usunięty|wycofany)|depesza została (?:anulowana|wycofana)",
    r"bu haber (?:yayından |siteden )?(?:kaldırıl|geri çekil|iptal edil|silin)",
    r"(?:эта |данная |это |этот )?(?:статья|новость|сообщение|материал|публикация) (?:был[ао]? )?"
    r"(?:удал[её]н|отозван|снят|аннулирован)",
    r"تم (?:سحب|حذف|إلغاء) هذ[اه] (?:الخبر|المقال|التقرير|المادة)",
    r"(?:本文|本稿|该文|该报道|此文)已(?:经|被)?(?:删除|撤回|撤下|撤稿|移除)",
    r"(?:この|当該)記事は(?:削除|取り消|撤回)|記事を取り消します|이 기사는 (?:삭제|철회)",
)
