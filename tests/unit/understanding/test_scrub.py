"""What is kept of a message that was not understood names nobody."""

import doctest

import pytest

from bot.understanding import scrub as module
from bot.understanding.scrub import MAX_CHARS, learnable, scrub


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("13800138000打不通", "13800138000"),
        ("138 0013-8000打不通", "0013"),
        ("１３８００１３８０００", "13800138000"),
        ("一三八零零一三八零零零", "一三八"),
        ("座机020-82748888", "8274"),
        ("身份证440181199001011234到期", "440181"),
        ("身份证44018119900101123X到期", "123X"),
        ("护照E12345678丢了", "E123"),
        ("工资12000没发", "12000"),
        ("12嗯345嗯67怎么办", "345"),
        ("出生1990年1月2日能办吗", "1990"),
    ],
)
def test_numbers_of_five_digits_and_more_are_masked(text: str, hidden: str):
    """However they are spelled or broken up."""
    assert hidden not in scrub(text)
    assert hidden not in learnable(scrub(text))


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("发到zhang.san@qq.com", "zhang"),
        ("http://abc.com/x?y=1是真的吗", "abc"),
        ("www.example.com打不开", "example"),
        ("加我微信lily520", "lily"),
        ("微信号：liming", "liming"),
        ("vx abc_12", "abc_12"),
        ("粤A12345被拖走了", "A12345"),
        ("粤AD12345停哪", "AD12345"),
        ("密码a1b2c3", "a1b2c3"),
    ],
)
def test_accounts_links_and_plates_are_masked(text: str, hidden: str):
    """Whoever reads the ledger cannot write to anybody."""
    assert hidden in text
    assert hidden not in scrub(text)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("住3栋2单元402，漏水", "402"),
        ("我家四栋八零二", "八零二"),
        ("五巷7号没路灯", "五巷"),
        ("西村三巷5号之二没路灯", "之二"),
        ("人民路12号太吵", "人民路"),
        ("A座1203停电", "1203"),
        ("402室漏水", "402"),
        ("3-2-402漏水", "402"),
    ],
)
def test_addresses_are_masked(text: str, hidden: str):
    """Down to the door."""
    assert hidden in text
    assert hidden not in scrub(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我叫张三想办居住证", "张三"),
        ("我叫阿依古丽", "阿依古丽"),
        ("我叫阿不都热西提·买买提", "买买提"),
        ("我叫Mike想找工作", "Mike"),
        ("我是张伟，居住证怎么办", "张伟"),
        ("我姓王想办证", "王"),
        ("我姓欧阳想办证", "欧阳"),
        ("王师傅没来修", "王"),
        ("陈阿姨太吵", "陈"),
        ("黄医生哪天坐诊", "黄"),
        ("孩子班主任李老师打人", "李"),
        ("李总拖欠工资", "李"),
        ("老李家的狗叫", "老李"),
        ("小陈说可以", "小陈"),
        ("阿强欠我钱", "阿强"),
        ("我儿子王小明上学", "王小明"),
        ("房东张三不退押金", "张三"),
        ("户主李建国不配合", "李建国"),
        ("联系人：王芳", "王芳"),
        ("姓名 张小凤", "张小凤"),
        ("@张三 你看下", "张三"),
        ("ئىسمىم ئالىم", "ئالىم"),
    ],
)
def test_names_behind_a_cue_are_masked(text: str, name: str):
    """Introduced, addressed or spoken of."""
    assert name in text
    assert name not in scrub(text)


@pytest.mark.parametrize(
    "text",
    [
        "居住证怎么办",
        "3个月没发工资",
        "15号发工资没发",
        "工钱老板不给",
        "押金老板不退",
        "工程老板跑了",
        "任何律师都行吗",
        "对方律师骗我",
        "小程序打不开",
        "小孙子上学",
        "老毛病犯了",
        "高中老师哪里找",
        "施工队长不给钱",
        "门卫大爷骂人",
        "班主任老师打人",
        "我为孩子报名入学",
        "我是四川的想办居住证",
        "我是高三学生",
        "名字写错了怎么改",
        "他叫救护车没来",
        "我叫了外卖送错了",
        "两室一厅租金多少",
        "iPhone坏了",
        "4g手机",
    ],
)
def test_what_only_looks_like_a_name_or_a_number_stays(text: str):
    """A ledger of masks teaches nothing."""
    assert scrub(text) == text


def test_few_phrases_of_the_packs_lose_a_word(speechbook):
    """They name nobody, so what is masked in them is masked for nothing or is an example name."""
    texts = [text for found in speechbook.phrasebook.sets.values() for text in found.texts()]
    masked = sum("〔" in scrub(text) for text in texts)

    assert len(texts) > 10_000
    assert masked / len(texts) < 0.02


def test_a_long_message_is_cut_and_no_mask_is_broken():
    """Two hundred characters hold an ask."""
    found = scrub("你好@王五啊，" * 100)

    assert len(found) <= MAX_CHARS
    assert found.count("〔") == found.count("〕")


def test_a_mask_is_no_word_of_a_phrase():
    """What is learned is the sentence around it."""
    assert learnable(scrub("我叫张三，居住证怎么办？")) == "我叫居住证怎么办"
    assert learnable(scrub("13800138000")) == ""


def test_the_examples_in_the_module_hold():
    """They are what a reader sees first."""
    assert doctest.testmod(module).failed == 0
