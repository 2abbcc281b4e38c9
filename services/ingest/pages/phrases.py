"""What pages that are no article say of themselves, in the languages of the press. Data only.

Wording is compared as lower-case words with one space between them; an apostrophe is a space. Alternatives
are parted by a stroke between spaces, or by a new line.
"""
# ruff: noqa: RUF001 - other alphabets are what this is made of

ABSENT = r"""
\b404\b | \b410\b | ^not found$ | \bnothing (?:was )?(?:found|here)\b
\b(?:not|t) (?:be )?(?:found|find|locate|located)\b | \bcannot (?:be found|find)\b | \bunable to find\b
\b(?:not|t) exist\b | \bno longer (?:exists?|available|here)\b | \b(?:not|isn t) available\b
\bnicht (?:\w+ )?gefunden\b | \bnicht finden\b | \bexistiert nicht\b | \bgibt es nicht\b
\bnicht (?:mehr )?(?:verfügbar|vorhanden|auffindbar)\b | \b(?:introuvable|non trouvée?)\b
\bn existe (?:pas|plus)\b | \bplus disponible\b | \bno (?:se )?(?:ha |pudo )?(?:sido )?encontr\w+
\bno (?:existe|está disponible|disponible)\b | \bnon (?:è stata |è stato )?trovat[ao]\b
\bnon (?:esiste|è (?:più )?disponibile)\b | \bnão (?:foi )?encontrad[ao]\b
\bnão (?:existe|está disponível)\b | \bniet (?:\w+ )?gevonden\b | \bbestaat niet\b
\bniet (?:meer )?beschikbaar\b | \bnie (?:została |został )?(?:znalezion[oay]|odnaleziono|istnieje)\b
\bnie znaleziono\b | \bnenalezen[ao]?\b | \bnebyl[ao]? nalezen[ao]?\b | \bneexistuje\b
\b(?:hittades|finns) inte\b | \binte hittas\b | \bikke (?:funnet|fundet)\b | \b(?:finnes|findes) ikke\b
\bei (?:löytynyt|löydy|ole olemassa)\b | \bbulunamadı\b | \bmevcut değil\b
\bне (?:найден[ао]?|существует|знайдено|існує)\b | \bnem (?:található|létezik)\b
\bnu (?:a fost )?(?:găsită|găsit|există)\b | \bδεν (?:βρέθηκε|υπάρχει)\b | \bnem létezik\b
\b(?:est|a été) (?:supprimée?|retirée?)\b | \b(?:article|page|contenu) (?:supprimée?|retirée?)\b
\bn est (?:pas|plus) (?:disponible|accessible)\b | \bnon (?:più )?disponibile\b
\b(?:article|page|story|content|post) (?:has been |was |is )?(?:removed|deleted)\b
\b(?:artikel|beitrag|inhalt|seite)(?: \w+)? (?:gelöscht|entfernt)\b | \bentfernt worden\b
\b(?:ha sido|fue) (?:eliminad|borrad)[ao]\b | \b(?:eliminad|borrad)[ao]$ | \bfoi (?:removid|excluíd)[ao]\b
\b(?:è stat[ao] )?rimoss[ao]$ | \b(?:zostałą? )?usunięt[aey]\b | \b(?:была? )?удал[её]н[ао]?\b
\b(?:sa nenaš(?:iel|la|lo)|nebola? nájden[ýá])\b | \bnije pronađen[ao]?\b | \bније пронађен[ао]?\b
\bни била най?дена\b | \bне е намерен[ао]?\b | \bni bil[ao]? najden[ao]?\b | \bno (?:s ha )?trobada?\b
\b(?:puslapis|straipsnis) nerastas\b | \b(?:lapa|raksts) nav atrast[as]\b | \bei leitud\b
\btidak (?:ditemukan|tersedia)\b | \bkhông (?:tìm thấy|tồn tại)\b | \b(?:kaldırılmış|silinmiş)\b
"""
"""That there is nothing here."""

ABSENT_UNSPACED = r"""
(?:ページ|記事|页面|頁面|网页|網頁|文章|内容).{0,25}(?:見つかりません|存在しません|ありません|不存在|未找到|找不到)
(?:ページ|記事).{0,12}(?:削除され|公開終了|掲載期間.{0,3}終了|掲載.{0,2}終了)
(?:文章|页面|頁面|内容|內容|网页|網頁).{0,4}(?:被|经|經)?(?:删除|刪除|下架)
(?:페이지|기사).{0,25}(?:찾을 수 없|존재하지 않|삭제) | (?:존재하지 않는|삭제된|없는) (?:페이지|기사)
(?:الصفحة|المقال).{0,25}غير موجود | لم يتم العثور على.{0,12}(?:الصفحة|المقال)
صفحه.{0,25}(?:پیدا|یافت) نشد | (?:找不到|未找到).{0,12}(?:页|頁|文章|内容) | ไม่พบ.{0,12}(?:หน้า|บทความ).{0,14}
(?:הדף|העמוד|הכתבה).{0,25}לא נמצא | (?:पेज|पृष्ठ|लेख).{0,25}नहीं मिला
"""
"""The same where words are not told apart by spaces, or not by these rules."""

FAILED = r"""
\b50[0234]\b | \b403\b | \b429\b | \binternal server error\b | \bbad gateway\b | \bgateway time ?out\b
\bservice (?:temporarily )?unavailable\b | \btemporarily unavailable\b | \btoo many requests\b
\b(?:access (?:is |to this page has been )?denied|forbidden)\b
^(?:under |site |scheduled )*maintenance(?: mode)?$ | \bdown for maintenance\b
^wartung(?:sarbeiten|smodus)?$ | \bwegen wartung\b | \bzugriff verweigert\b
\bvorübergehend nicht (?:erreichbar|verfügbar)\b | ^(?:site )?en maintenance$
\baccès (?:refusé|interdit)\b | \bservice indisponible\b | \ben mantenimiento\b
\bacceso (?:denegado|prohibido)\b | \bservicio no disponible\b | \bin manutenzione\b
\baccesso negato\b | \bservizio non disponibile\b | \bem manutenção\b | \bacesso negado\b
\btoegang geweigerd\b | \bin onderhoud\b | \bprzerwa techniczna\b | \bdostęp zabroniony\b
\bpřístup odepřen\b | \búdržba\b | \båtkomst nekad\b | \bingen (?:adgang|tilgang)\b
\berişim engellendi\b | \bbakım çalışması\b | \bдоступ (?:запрещ[её]н|заборонено)\b
\bтехническ\w+ работ\w+ | ^just a moment$ | \battention required\b | \bchecking your browser\b
\bpardon our interruption\b | \b(?:verify|confirm) (?:that )?you are (?:a )?human\b
\bare you a (?:robot|human)\b | \bsecurity check\b
"""
"""That the site could not, or would not, show the page."""

FILLERS = frozenset(
    """
    404 410 403 429 500 502 503 504 http https html php status code error errors fehler fehlercode
    erreur código codigo errore erro fout błąd chyba fel feil fejl virhe hata ошибка помилка hiba eroare
    σφάλμα page pages article story content file document resource url address link site website post
    item object the a an this that these it its s t re m ve you your we our i is are was were be been
    has have had does do did doesn don didn can cannot could couldn not no isn wasn nothing here there
    found find exist exists any longer more available unavailable removed deleted moved missing gone
    lost seems looks like sorry oops ooops whoops hoppla huch ups uh oh looking for requested request
    temporarily temporary currently to at on of in or and by unable locate located service server
    internal bad gateway timeout time out too many requests access denied forbidden unauthorized under
    down maintenance mode scheduled just moment attention required checking browser before accessing
    please wait pardon interruption verify confirm human robot security check one step seite artikel
    beitrag inhalt datei dokument adresse die der das den diese dieser dieses ist sind wurde wurden
    werden wird konnte konnten kann können nicht leider gefunden finden existiert existieren gibt es
    mehr verfügbar vorhanden auffindbar angeforderte gesuchte gewünschte aufgerufene wir sie ihre haben
    hat unter entschuldigung tut uns leid ein eine zugriff verweigert wartung wartungsarbeiten
    wartungsmodus vorübergehend erreichbar wegen derzeit la le les l une un cette cet ce pas plus n est
    été être contenu demandée demandé recherchée introuvable trouvée trouvé non existe disponible désolé
    oups vous nous cherchez que accès refusé interdit en indisponible página pagina el los se ha sido
    pudo encontrado encontrada encontrar busca buscas solicitada lo sentimos esta este artículo
    contenido está acceso denegado prohibido mantenimiento servicio sitio il questa questo articolo
    contenuto stata stato è trovata trovato esiste più disponibile richiesta spiacenti cercata accesso
    negato manutenzione servizio sito o não foi artigo conteúdo procura desculpe acesso negado
    manutenção em uma de het deze dit niet werd gevonden worden kan bestaat meer beschikbaar helaas
    opgevraagde gezochte toegang geweigerd onderhoud strona strony artykuł nie została został znaleziono
    znaleziona znaleziony odnaleziono istnieje przepraszamy przerwa techniczna dostęp zabroniony stránka
    článek nebyla nebyl nalezena nalezen nenalezena nenalezen neexistuje požadovaná omlouváme přístup
    odepřen údržba sidan artikeln hittades inte finns kunde hittas tyvärr åtkomst nekad vi det du söker
    som siden artikkelen artiklen ikke funnet fundet finnes findes beklager desværre adgang tilgang
    ingen blev ble sivua sivu ei löytynyt löydy ole olemassa valitettavasti artikkelia sayfa sayfası
    haber bulunamadı mevcut değil aradığınız üzgünüz erişim engellendi bakım çalışması страница страницы
    статья не найдена найден найдено существует запрашиваемая извините доступ запрещен запрещён
    технические работы сторінку сторінка статтю знайдено існує вибачте заборонено az oldal nem található
    létezik keresett cikk ez oldalt ezt nu fost găsită găsit există η σελίδα δεν βρέθηκε υπάρχει
    vaya ups ops uups oeps ojej oj opa encontramos intentas ver eso eliminado eliminada borrado borrada fue
    noticia noticias nota publicación notícia matéria removida removido excluída excluído notizia notizie
    rimosso rimossa pagine actualité supprimé supprimée retiré retirée accessible n celle ci elle il ou
    nachricht meldung gelöscht entfernt worden bericht nieuws pagina materiał wiadomość została usunięty
    usunięta usunięte материал новость публикация удален удалён удалена удалено была был или такой нет
    матеріал новина içerik içeriği haberi kaldırılmış silinmiş silindi článok stránka stránku nenašiel
    nenašla nenašlo sa nebola nebol nájdená nájdený vijest stranica članak nije pronađena pronađen
    pronađeno вест страница страницата статията није пронађена пронађен намерена намерен е stran članek ni
    bila bil najdena najden pàgina notícia trobada trobat s ha puslapis straipsnis nerastas lapa raksts nav
    atrasta atrasts lehte lehekülge leitud không tìm thấy trang bài viết tồn tại halaman artikel berita
    tidak ditemukan tersedia yang anda cari directory
    """.split()
)
"""Words of which such notices are made in headlines. A headline with any other word is of something else."""

WANTS_SCRIPT = r"""
\b(?:enable|activate|requires?|turn on|without) (?:\w+ )?(?:javascript|js)\b
\bjavascript (?:is|must be) (?:disabled|enabled|required)\b
\bjavascript (?:\w+ ){0,4}(?:aktivieren|aktiviert|einschalten|deaktiviert)\b
\b(?:aktivieren|schalten) sie (?:\w+ )?javascript\b
\b(?:activer|activez|autoriser) (?:le )?javascript\b
\b(?:activa|active|activar|habilite?|habilitar) (?:el )?javascript\b
\b(?:attiva|attivare|abilita|abilitare) (?:il )?javascript\b
\bjavascript (?:in te schakelen|inschakelen)\b
\b(?:włącz|włączyć|povolte|aktivera|aktiver|aktivoi|ota) (?:obsługę )?javascript\w*
\bвключите javascript\b
"""
"""That the page is empty without scripts."""

CONSENT = (
    r"""
    \b(?:we|wir|nous|nosotros|noi|nós|wij|vi)(?: \w+){0,4} (?:partner\w*|partenaires|socios|parceiros)\b
    """,
    r"""
    \b(?:your|votre) consent(?:ement)?\b | \b(?:ihre|deine) (?:einwilligung|zustimmung)\b
    \b(?:su|tu) consentimiento\b | \b(?:tuo|suo) consenso\b | \b(?:uw|je) toestemming\b
    \bseu consentimento\b | \bditt? samty(?:cke|kke)\b | \b(?:twoj|swoj)\w+ zgod\w+\b
    \b(?:váš|vaším|svůj) souhlas\w*\b
    """,
    r"""
    \baccept (?:all|cookies|our cookies)\b
    \b(?:cookies|alle|allen?) (?:\w+ )?(?:akzeptieren|zustimmen|zulassen)\b
    \b(?:tout|les cookies) accepter\b | \baccepter (?:tous )?les cookies\b | \btout accepter\b
    \baceptar (?:todo|todas|las cookies|cookies)\b | \baccett\w+ (?:tutt[io]|i cookie)\b
    \b(?:alles|cookies) accepteren\b | \baceitar (?:todos|cookies)\b | \bacceptera alla\b | \bgodta alle\b
    \bpřijmout vše\b | \bakceptuj\w*\b
    """,
    r"""
    \bprivacy (?:settings|policy|center|manager)\b | \bdatenschutz(?:einstellungen|erklärung|center)\b
    \bconfidentialité\b | \b(?:configuración|política) de privacidad\b
    \b(?:impostazioni|informativa) (?:sulla |della )?privacy\b | \bprivacy(?:instellingen|beleid)\b
    \bpolityk\w+ prywatności\b | \bintegritetspolicy\b | \bpolítica de privacidade\b
    """,
    r"""
    \bon (?:your|a) devices?\b | \bauf (?:ihrem|deinem|einem) gerät\b
    \bsur (?:votre|un) (?:appareil|terminal)\b | \ben (?:su|tu|un) dispositivo\b
    \bsul (?:tuo|suo) dispositivo\b | \bop (?:uw|je|een) apparaat\b | \bno seu dispositivo\b
    \bna (?:twoim|swoim) urządzeniu\b | \bpå din enhe[td]\b
    """,
    r"""
    \bwithout (?:\w+ and )?(?:tracking|advertising|ads)\b
    \bohne (?:\w+ und )?(?:tracking|werbetracking|werbung)\b | \bsans (?:\w+ et )?publicité\b
    \bsin (?:\w+ y )?publicidad\b | \bsenza (?:\w+ e )?pubblicità\b
    \bzonder (?:\w+ en )?(?:tracking|advertenties)\b | \bsem publicidade\b | \b(?:utan|uten|bez) reklam\w*\b
    """,
)
"""What walls ask for before a page is shown, each by another of their usual clauses."""
