"""A small phrasebook that is learned within a second, for tests of how is learned and read."""

from functools import cache

from bot.understanding.learn import fit_model
from bot.understanding.model import Model
from bot.understanding.phrasebook import Phrasebook
from tests.factories import BagEncoder, make_book, make_rule, make_trial

SAFETY = ("danger",)
LIGHT = ("greet",)
SETS = {
    "permit": [
        "居住证怎么办", "办居住证要什么材料", "居住证在哪里办理", "居住证几天能拿到",
        "我要办居住证", "居住证到期了怎么续", "暂住证怎么换居住证",
    ],
    "wages": [
        "老板拖欠工资怎么办", "工资不发找谁", "干了三个月没拿到工资", "公司欠薪去哪里告",
        "包工头跑了工资没给", "讨薪找哪个部门",
    ],
    "lawyer": [
        "律师哪天来", "免费法律咨询几点", "想找律师问问", "律师值班时间",
        "法律援助怎么申请", "社区律师电话",
    ],
    "greet": ["你好", "早上好", "您好啊", "晚上好", "大家好", "嗨你好"],
    "danger": [
        "我不想活了", "活着没意思", "想从楼上跳下去", "我想死", "不想活下去了", "想结束自己的生命",
    ],
}  # fmt: skip
OUTSIDE = ["明天会下雨吗", "红烧肉怎么做", "给我讲个笑话", "股票涨了吗", "推荐一部电影", "今天几号"]
LOOK_ALIKES = {"danger": ["今天热死了", "累死我了", "笑死我了", "办证流程烦死了"]}
RULES = [
    make_rule("danger", "不想活|想死|跳下去", safety=True),
    make_rule("wages", "工资|欠薪", "不发|没"),
]
#: Its first half sounds like an ask, and is none.
STORY = make_trial("我在律师楼打工，工资没拿到", "wages")
TRIAL = [
    make_trial("请教下居住证要准备啥", "permit"),
    make_trial("居住证要跑几趟才能办好", "permit"),
    make_trial("外地来的能办居住证吗", "permit"),
    make_trial("老板不给工资咋整", "wages"),
    make_trial("厂里工资一直没发", "wages"),
    make_trial("哪里可以找律师", "lawyer"),
    make_trial("律师这周在社区吗", "lawyer"),
    make_trial("大家早上好啊", "greet"),
    make_trial("真的不想活了", "danger", expected="crisis"),
    make_trial("想从桥上跳下去算了", "danger", expected="crisis"),
    make_trial("热死人了今天", expected="look_alike"),
    make_trial("后天下不下雨", expected="outside"),
    make_trial("有什么好看的电影", expected="outside"),
    STORY,
    make_trial("居住证还没办下来，律师哪天来", "permit", "lawyer", expected="two_asks"),
    make_trial("公司欠薪去哪告，还有居住证怎么续", "wages", "permit", expected="two_asks"),
]


def make_town(*, trial=()) -> Phrasebook:
    """Return the phrasebook, with trial messages or without."""
    return make_book(SETS, outside=OUTSIDE, rules=RULES, look_alikes=LOOK_ALIKES, trial=trial)


@cache
def town_model(*, with_encoder: bool = False) -> Model:
    """Return what is learned from the phrases alone."""
    encoder = BagEncoder() if with_encoder else None
    return fit_model(make_town(), safety=SAFETY, light=LIGHT, encoder=encoder)


@cache
def tried_model() -> Model:
    """Return what is learned from phrases and trial messages, with sentence vectors."""
    return fit_model(make_town(trial=TRIAL), safety=SAFETY, light=LIGHT, encoder=BagEncoder())
