"""Masks what names a person or a place in a message: numbers, accounts, addresses, names.

Used where a message is kept that was not understood. One mask too many costs a word of the
sentence, one too few a resident's privacy: so every rule leans to masking. Names are found by the
words around them (我叫…, …师傅, 老…, 我儿子…); one that stands alone is not, which is why what is
kept is sealed besides, and gone after thirty days (docs/privacy.md).
"""

import re
import unicodedata
from collections.abc import Callable

from bot.understanding.normalize import normalize

#: Longest message that is looked at, in characters; what is behind it is cut off.
MAX_CHARS = 200
#: Shortest run of digits that is masked.
LONG_RUN = 5

_KINDS = "电话|号码|账号|网址|邮箱|车牌|地址|人名"
_MASK = re.compile(rf"〔(?:{_KINDS})〕")
_SPLIT = re.compile(rf"(〔(?:{_KINDS})〕)")
#: Whatever a normal form drops may stand between two digits of one number.
_GAP = r"[^0-9A-Za-z\u4e00-\u9fff\u0600-\u06ff〔〕]{0,3}"
_NUMERAL = "零〇一二三四五六七八九幺"
_TENS = "一二三四五六七八九十百两"

# --- numbers and accounts ---

_URL = re.compile(
    r"(?:https?://|www\.)[^\s\u4e00-\u9fff〔〕]+"
    r"|(?<![\w.@])[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9-]{1,63}){0,4}"
    r"\.(?:com|cn|net|org|cc|top|vip|xyz|io|me|tv|app)(?![A-Za-z0-9])[^\s\u4e00-\u9fff〔〕]*",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_MENTION = re.compile(r"@[\w·]{1,20}")
_ACCOUNT_CUE = re.compile(
    r"((?:微信|威信|薇信|v信|vx|wx|qq|扣扣|抖音|快手|支付宝|账号|帐号|加我)"
    r"(?:号码|号|名|id|是|为|叫|[\s:：=,，]){0,4})([A-Za-z0-9_@.+-]{3,40})",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"(?<![A-Za-z0-9_-])(?=[A-Za-z_-]*[0-9])(?=[0-9]*[A-Za-z_])[A-Za-z0-9_-]{5,64}")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][A-Za-z][·•.\s-]{0,2}"
    r"[A-Za-z0-9](?:[\s-]?[A-Za-z0-9]){3,5}[学警港澳挂领]?"
)
_DIGITS = re.compile(rf"[A-Za-z]{{0,3}}\d(?:{_GAP}\d){{{LONG_RUN - 1},}}[A-Za-z]?")
_SPELLED = re.compile(rf"[{_NUMERAL}](?:[\s,，、.-]?[{_NUMERAL}]){{{LONG_RUN - 1},}}")
_BESIDE = re.compile(
    rf"(?:\d{_GAP})+(?=〔(?:{_KINDS})〕)|(?<=〔(?:{_KINDS})〕){_GAP}\d(?:{_GAP}\d)*"
)
#: A day of birth; of a child's too, up to 2019.
_BIRTH = re.compile(r"(?:19\d|20[01])\d[年./-]\d{1,2}[月./-]\d{1,2}[日号]?")
_PHONE = re.compile(r"(?:86)?1[3-9]\d{9}|0\d{2,3}[2-9]\d{6,7}|[2-9]\d{6,7}|400\d{7}")

# --- addresses ---

_N = rf"(?:[A-Za-z]?\d{{1,4}}[A-Za-z]?|[A-Za-z]|[{_TENS}]{{1,4}}|[甲乙丙丁])"
_INNER = rf"(?:[\s,，-]?{_N}(?:单元|号楼|号房|楼|层|号|室|房|户|梯|座|门|之[{_TENS}]))*"
_ROOM = rf"(?:[\s,，-]?(?:\d{{1,4}}|[{_NUMERAL}]{{2,4}})(?!\d))?"
_ADDRESS = (
    # 3栋2单元402, 12号楼401室; A座1203
    re.compile(rf"{_N}(?:栋|幢|号楼|单元){_INNER}{_ROOM}"),
    re.compile(rf"[A-Za-z]座{_INNER}{_ROOM}"),
    # 人民路12号之二, 西村三巷5号, 光明小区7栋, 三组12号
    re.compile(
        rf"[\u4e00-\u9fff]{{0,5}}?(?:路|街|大道|道|巷|弄|里|村|屯|社|组|队|坊|庄|园|苑|城|胡同|小区|公寓|大厦)"
        rf"(?:[东南西北中一二三四五六七八九十]{{1,2}}[路街巷弄里村坊])?"
        rf"第?{_N}(?:号|栋|幢|巷|弄|组|队|座|单元){_INNER}(?:之[{_TENS}\d])?"
    ),
    # 五巷7号, 五巷
    re.compile(rf"第?{_N}(?:巷|弄|胡同)(?:[子里]?第?{_N}号?)?{_INNER}"),
    # 402室, 1203号房
    re.compile(r"(?<!\d)[A-Za-z]?\d{3,4}(?:室|号房|房(?!东|租|产|子|贷|价))"),
    # 3-2-402
    re.compile(r"(?<!\d)\d{1,2}-\d{1,2}-\d{2,4}(?!\d)"),
)

# --- names ---

#: Frequent surnames; those that are mostly part of another word in front of a title are left out.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢"
    "姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤温康施"
    "牛樊葛邢齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿焦俞左柳甘祝包宁符阮柯纪梅童凌毕裴霍涂苗谷盛曲翁冉骆蓝游辛"
    "靳柴蒙鲍华喻祁蒲屈饶牟艾尤阳穆卓古吉缪简芦麦褚娄窦戚岑景卜晏卫柏瞿桂佟臧闵苟邬卞姬仇栾商刁沙巫寇桑郎甄"
    "虞敖巩佘查苑迟邝匡鞠惠荆冀郁胥栗燕楚鄢劳谌奚粟冼蔺闻厉伊仝郜阚祖洪兰赖于"
)
_TWO = "欧阳|司马|上官|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容|令狐|宇文|长孙|夏侯|轩辕|端木|申屠|呼延"
_SURNAME = rf"(?:{_TWO}|[{_SURNAMES}])"
#: A name ends here: at the end, at a mark, or at a word that follows names.
_END = (
    r"(?=$|[^\u4e00-\u9fff]|[的地在说讲今现这那就也和跟与他她我你您是想要不没有去来把被给会能打欠])"
)
_CJK = r"[\u4e00-\u9fff]"
_DOTTED = re.compile(rf"{_CJK}{{1,10}}(?:[·•‧・]{_CJK}{{1,10}})+")
_WHO = r"我|他|她|本人|孩子|小孩|儿子|女儿|老公|老婆|爱人|学生|名字|名"
_LABELS = r"姓名|名字|联系人|申请人|户主|业主|法人|负责人|署名|落款"
_CALLED = re.compile(
    rf"((?:(?:{_WHO})(?:名字|姓名|就|是)?(?:叫做|名叫|叫)|(?:{_LABELS})[\s是为叫:：]{{1,3}})[\s:：]?)"
    r"(?![了他她它你您我不个车过啥什么谁救人啊错怎写着])"
    rf"({_SURNAME}{_CJK}{{1,2}}|{_CJK}{{2,4}}|[A-Za-z][A-Za-z .]{{1,24}})"
)
_SURNAMED = re.compile(rf"(姓)(?![名氏啥什么跟要改写错])({_TWO}|{_CJK})")
_I_AM = re.compile(
    rf"(?P<before>(?:我|本人|这里|这边|他|她)(?:就)?是)(?P<name>{_SURNAME}{_CJK}{{1,2}}){_END}"
)
_KIN = re.compile(
    r"(?P<before>(?:儿子|女儿|老公|老婆|爱人|孩子|小孩|孙子|孙女|弟弟|妹妹|哥哥|姐姐|爸爸|妈妈|父亲|母亲|朋友|同事|邻居|工友|"
    r"老乡|房东|工头|老板|班长|队长|师傅|医生|律师|网格员|同学|户主|业主|租客)(?:叫|是|名叫|[:：])?)"
    rf"(?!钱)(?P<name>{_SURNAME}{_CJK}{{1,2}}){_END}"
)
_TITLES = (
    "师傅|阿姨|叔叔|大爷|大妈|大姐|大哥|大伯|大叔|大嫂|大娘|伯伯|奶奶|爷爷|婆婆|老师|先生|女士|小姐|太太|主任|书记|"
    "医生|大夫|律师|经理|老板|队长|班长|厂长|组长|站长|院长|校长|警官|法官|同志|老弟|兄弟|哥|姐|叔|婶|嫂|伯|姨|"
    "总(?![共之算体数量站局工部额])|工(?=$|[^\u4e00-\u9fff]|说|在)"
)
_TITLED = re.compile(rf"(?P<name>{_SURNAME}{_CJK}{{0,2}}?)(?P<title>{_TITLES})")
_FAMILIAR = re.compile(
    rf"(?P<name>[老小][{_SURNAMES}](?![子女病程序层龙额虾菜包路旧血中学孙历湖鼠牌号实道])"
    r"|[阿小][强芳丽明军刚敏杰涛娟燕玲娜丹婷霞珍英梅福贵旺财](?![书语子]))"
)
#: What only looks like a surname: 任何律师, 工钱老板不给, 高中老师, 施工队长, 门卫大爷.
_NO_NAMES = re.compile(
    r"任何|如何|为何|几何|高[一二三中级新烧]|钱总|程序|方面|方块|凌晨|甘肃|浙江|童工|孙[子女]|赖账|养老|金牌|万能|马上|方便|包工|包装|施工|毕业|左边|余下|许多|曾经|石材|钟点|白班|"
    r"华侨|中华|康复|健康|史上|武装|温馨|体温|夏天|冷气|简单|易拉|牛奶|毛病|石头|黄金|白天|白色|古代|申请|简历|游戏|"
    r"查询|查一|查下|左右|宁愿|许可|商量|商场|儿童|历史|疫苗|树苗|园林|森林|年纪|经纪|风景|老赖|无赖|依赖|祝贺|太阳|"
    r"周[一二三四五六日天末几]|[每上下这本一两]周|[工课流里进过路日章教]程|[主责担委信]任|[照看光回兼]顾|[门保警防环]卫|"
    r"[检调核抽审]查|[盖公印文图徽违]章|[感多致答道酬]谢|[面书钱红背荷承]包|[设措实]施|[时阶片]段|[明空表坦]白|[其业剩]余|"
    r"[对甲乙丙厂校资劳警官院店房卖买供地双官]方|方[案式法]|[押租佣罚奖现基资保定订积薪奖本]金|[由关对等属在终处至基过善]于|于是|"
    r"一万|万一|[几两三]万|[子外侄]孙|[工欠押赚挣付给交花本现费租定的退借要还没有冇养老]钱"
)
_UYGHUR_NAMED = re.compile(r"(ئىسمىم\s+)([\u0600-\u06ff]+)")


def scrub(text: str) -> str:
    """Return a message with masks like 〔电话〕 for what names a person or a place; idempotent.

    >>> scrub("我叫张三，电话13800138000，居住证怎么办")
    '我叫〔人名〕,电话〔电话〕,居住证怎么办'
    """
    text = _cut(unicodedata.normalize("NFKC", text[:MAX_CHARS]))
    while True:
        again = _cut(_once(text))
        if again == text:
            break
        text = again
    if re.search(rf"\d{{{LONG_RUN},}}", learnable(text)):
        text = _cut(re.sub(r"\d+", "〔号码〕", text))  # only the normal form puts it together
    return text


def learnable(scrubbed: str) -> str:
    """Return the normal form of a scrubbed message without its masks: what a phrase can be.

    >>> learnable("我叫〔人名〕，居住证怎么办？")
    '我叫居住证怎么办'
    """
    return normalize(_MASK.sub(" ", scrubbed))


def _cut(text: str) -> str:
    """Cut off what is too long, never inside a mask."""
    if len(text) <= MAX_CHARS:
        return text
    inside = next(
        (mask for mask in _MASK.finditer(text) if mask.start() < MAX_CHARS < mask.end()), None
    )
    return text[: inside.start() if inside else MAX_CHARS]


def _once(text: str) -> str:
    """Mask once; what a mask uncovers is found in the next round."""
    pieces = _SPLIT.split(text)
    joined = "".join(piece if _MASK.fullmatch(piece) else _masked(piece) for piece in pieces)
    return _BESIDE.sub("", joined)


def _masked(piece: str) -> str:
    """Apply the first rule that finds something: no rule may read a mask of another."""
    for rule in _RULES:
        found = rule(piece)
        if found != piece:
            return found
    return piece


def _replacing(pattern: re.Pattern[str], mask: str) -> Callable[[str], str]:
    return lambda piece: pattern.sub(mask, piece)


def _numbers(piece: str) -> str:
    return _DIGITS.sub(_number, piece)


def _number(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found.group())
    return "〔电话〕" if _PHONE.fullmatch(digits) else "〔号码〕"


def _naming(pattern: re.Pattern[str], shape: str) -> Callable[[str], str]:
    """Return a rule that masks a name, unless its surname is part of another word.

    Args:
        pattern: where a name stands; its group ``name``.
        shape: what takes the place of the match, for example ``{before}〔人名〕``.
    """

    def mask(piece: str) -> str:
        at = 0
        while found := pattern.search(piece, at):
            begin, end = found.span("name")
            if _NO_NAMES.search(piece[max(0, begin - 1) : end + 1]):
                at = found.start() + 1
                continue
            named = piece[: found.start()] + found.expand(shape)
            at = len(named)
            piece = named + piece[found.end() :]
        return piece

    return mask


_RULES: tuple[Callable[[str], str], ...] = (
    _replacing(_URL, "〔网址〕"),
    _replacing(_MAIL, "〔邮箱〕"),
    _replacing(_MENTION, "〔人名〕"),
    _replacing(_PLATE, "〔车牌〕"),
    _replacing(_BIRTH, "〔号码〕"),
    *(_replacing(pattern, "〔地址〕") for pattern in _ADDRESS),
    _replacing(_ACCOUNT_CUE, r"\1〔账号〕"),
    _replacing(_TOKEN, "〔账号〕"),
    _numbers,
    _replacing(_SPELLED, "〔号码〕"),
    _replacing(_DOTTED, "〔人名〕"),
    _replacing(_CALLED, r"\1〔人名〕"),
    _replacing(_SURNAMED, r"\1〔人名〕"),
    _replacing(_UYGHUR_NAMED, r"\1〔人名〕"),
    _naming(_I_AM, r"\g<before>〔人名〕"),
    _naming(_KIN, r"\g<before>〔人名〕"),
    _naming(_TITLED, r"〔人名〕\g<title>"),
    _naming(_FAMILIAR, "〔人名〕"),
)
