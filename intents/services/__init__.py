"""How to get things done at the counters (办事指南)."""

from bot.sdk import Capability, Intent, IntentKind, answer, fill_in, offer_form
from intents.services import handlers
from intents.services.flows import FLOWS

CAPABILITY = Capability(
    name="services",
    title="办事指南",
    intents=(
        Intent(
            id="services.center",
            title="服务中心地址时间",
            kind=IntentKind.ANSWER,
            handler=handlers.center,
        ),
        Intent(
            id="services.residence_permit",
            title="居住证办理",
            kind=IntentKind.ANSWER,
            handler=answer,
        ),
        Intent(
            id="services.residence_renew",
            title="居住证签注/补换",
            kind=IntentKind.ANSWER,
            handler=answer,
        ),
        Intent(
            id="services.residence_register",
            title="居住登记/出租屋登记",
            kind=IntentKind.ANSWER,
            handler=answer,
        ),
        Intent(
            id="services.household_move", title="户口迁移", kind=IntentKind.ANSWER, handler=answer
        ),
        Intent(
            id="services.public_rental", title="公租房申请", kind=IntentKind.ANSWER, handler=answer
        ),
        Intent(
            id="services.access_card",
            title="门禁卡",
            kind=IntentKind.ANSWER,
            handler=handlers.beside_card,
        ),
        Intent(
            id="services.birth_register",
            title="生育登记/婚育证明",
            kind=IntentKind.ANSWER,
            handler=answer,
        ),
        Intent(
            id="services.prenatal", title="孕前优生/孕检", kind=IntentKind.ANSWER, handler=answer
        ),
        Intent(
            id="services.contraceptives",
            title="免费避孕药具",
            kind=IntentKind.ANSWER,
            handler=handlers.beside_card,
        ),
        Intent(
            id="services.vaccination",
            title="儿童疫苗/健康",
            kind=IntentKind.ANSWER,
            handler=handlers.beside_card,
        ),
        Intent(
            id="services.social_insurance", title="社保", kind=IntentKind.ANSWER, handler=answer
        ),
        Intent(
            id="services.medical_remote",
            title="医保/异地就医",
            kind=IntentKind.ANSWER,
            handler=answer,
        ),
        Intent(
            id="services.serious_illness", title="大病救助", kind=IntentKind.ANSWER, handler=answer
        ),
        Intent(
            id="services.hardship",
            title="临时救助/低保/困难帮扶",
            kind=IntentKind.FORM,
            handler=offer_form,
        ),
        Intent(
            id="services.student_aid", title="助学金/助学", kind=IntentKind.ANSWER, handler=answer
        ),
        Intent(
            id="services.unemployment",
            title="失业登记/失业金",
            kind=IntentKind.ANSWER,
            handler=answer,
        ),
        Intent(id="services.startup", title="创业扶持", kind=IntentKind.ANSWER, handler=answer),
        Intent(
            id="services.stall",
            title="流动摊档管理",
            kind=IntentKind.ANSWER,
            handler=handlers.stall,
        ),
        Intent(
            id="services.cable_tv",
            title="有线电视/卫星接收器",
            kind=IntentKind.ANSWER,
            handler=answer,
        ),
        Intent(id="services.agent", title="代办帮办", kind=IntentKind.FORM, handler=fill_in),
        Intent(
            id="services.rental_safety",
            title="出租屋安全/电动车充电",
            kind=IntentKind.ANSWER,
            handler=answer,
        ),
    ),
    flows=FLOWS,
)
