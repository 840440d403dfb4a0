# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Operations that newer SDKs of the vendor have (Python 5.1.0) and that are not in the manual.

The emulator implements those in ``OPERATIONS``, which a tool for fleets needs. The collection does not use them.
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, READ, SET, Operation

#: The implemented operations. The vendor's published reference describes them in place of the manual.
OPERATIONS: dict[str, Operation] = {
    "AsyncRRpc": Operation(
        "",
        CREATE,
        None,
        "DeviceName! MessageContent! ProductKey! TopicFullName! ExtInfo",
        response="MessageId:int",
    ),
    "ClearDeviceDesiredProperty": Operation(
        "",
        SET,
        50,
        "DeviceName Identifies![] IotId ProductKey",
        response="Data{Versions}",
        limits={"Identifies": 10},
    ),
    "CopyThingModelAsync": Operation("", SET, None, "SourceProductKey! TargetProductKey! SourceModelVersion"),
    "ModifyOTAFirmware": Operation(
        "",
        SET,
        None,
        "FirmwareId! FirmwareDesc FirmwareName FirmwareUdi ProductKey",
    ),
    "PublishThingModelAsync": Operation("", SET, None, "ProductKey! Description ThingModelVersion"),
    "QueryDeviceSubTopic": Operation(
        "",
        READ,
        100,
        "DeviceName! ProductKey!",
        response="TopicList[Timestamp:int TopicName]",
    ),
    "UnsubscribeTopic": Operation(
        "",
        SET,
        50,
        "DeviceName! ProductKey! Topic![]",
        response="FailureTopics{topic[]}",
        limits={"Topic": 10},
    ),
}

#: All of them, implemented or not.
NAMES = frozenset(
    """
    AddDataForApiSource AddDeviceToSharePromotion AddPowerStation AddShareTaskDevice AsyncRRpc
    BatchAddDataForApiSource BatchBindDeviceToEdgeInstanceWithDriver BatchBindDevicesIntoProject
    BatchBindProductsIntoProject BatchCheckVehicleDevice BatchClearEdgeInstanceDeviceConfig
    BatchDeleteEdgeInstanceChannel BatchGetDeviceBindStatus BatchGetEdgeDriver BatchGetEdgeInstanceChannel
    BatchGetEdgeInstanceDeviceChannel BatchGetEdgeInstanceDeviceConfig BatchGetEdgeInstanceDeviceDriver
    BatchGetEdgeInstanceDriverConfigs BatchGrayMigrationDevice BatchImportVehicleDevice
    BatchSetEdgeInstanceDeviceChannel BatchSetEdgeInstanceDeviceConfig BatchUnbindDeviceFromEdgeInstance
    BatchUnbindProjectDevices BatchUnbindProjectProducts BindApplicationToEdgeInstance BindDriverToEdgeInstance
    BindGatewayToEdgeInstance BindRoleToEdgeInstance BindSceneRuleToEdgeInstance ClearDeviceDesiredProperty
    ClearEdgeInstanceDriverConfigs CloseEdgeInstanceDeployment CopyThingModelAsync CountSpeechBroadcastHour
    CreateDataAPIService CreateDownloadDataJob CreateEdgeDriver CreateEdgeDriverVersion CreateEdgeInstance
    CreateEdgeInstanceChannel CreateEdgeInstanceDeployment CreateEdgeInstanceMessageRouting
    CreateEdgeOssPreSignedAddress CreateSceneRule CreateSharePromotionActivity CreateSharePromotionSpeechModel
    CreateStudioAppDomainOpen CreateTopicConfig DeleteEdgeDriver DeleteEdgeDriverVersion DeleteEdgeInstance
    DeleteEdgeInstanceMessageRouting DeletePowerStation DeleteSceneRule DeleteShareTaskDevice
    DeleteStudioAppDomainOpen DeleteTopicConfig DeleteUserDefineTableDataByPrimaryKey DisableDeviceTunnel
    DisableDeviceTunnelShare DisableSceneRule EnableDeviceTunnel EnableDeviceTunnelShare EnableSceneRule
    GetDataAPIServiceDetail GetDeviceTunnelShareStatus GetDeviceTunnelStatus GetDownloadFile GetEdgeDriverVersion
    GetEdgeInstance GetEdgeInstanceDeployment GetEdgeInstanceMessageRouting GetSceneRule GetShareSpeechModelAudio
    GetShareTaskByDeviceOpen GetSpeechLicenseDeviceStatistics GetStudioAppTokenOpen GetThingModelStatusInner
    ImportDTData InvokeDataAPIService ListAnalyticsData ListPowerStation ModifyOTAFirmware ModifyPowerStation
    PageQuerySharedSpeechOpen PageQuerySpeechBroadcastHour PublishStudioApp PublishThingModelAsync
    QueryCustomTimelineTableStatus QueryDetailSceneRuleLog QueryDeviceProvisioning QueryDeviceSubTopic
    QueryDevicesHotStorageData QueryDevicesHotStorageDataStatus QueryEdgeDriver QueryEdgeDriverVersion
    QueryEdgeInstance QueryEdgeInstanceChannel QueryEdgeInstanceDevice QueryEdgeInstanceDeviceByDriver
    QueryEdgeInstanceDriver QueryEdgeInstanceGateway QueryEdgeInstanceHistoricDeployment
    QueryEdgeInstanceMessageRouting QueryEdgeInstanceSceneRule QueryProjectShareDeviceList QuerySceneRule
    QueryShareProductNameByProductKey QuerySharePromotionActivityAuditResult QueryShareTaskDeviceList
    QuerySpeechLicenseAvailableQuota QuerySpeechLicenseDeviceList QueryStudioAppDomainListOpen QueryStudioAppList
    QueryStudioAppPageListOpen QueryStudioProjectList QuerySummarySceneRuleLog QueryTopicConfig QueryVehicleDevice
    ReBindLicenseDevice RefreshDeviceTunnelSharePassword RefreshStudioAppTokenOpen ReleaseEdgeDriverVersion
    ReplaceEdgeInstanceGateway ResetDeviceTimeline SetEdgeInstanceDriverConfigs SetStudioProjectCooperation
    SetupStudioAppAuthModeOpen ShareSpeechByCombination StartPTDetection TestSwitch TriggerSceneRule
    UnbindApplicationFromEdgeInstance UnbindDriverFromEdgeInstance UnbindRoleFromEdgeInstance
    UnbindSceneRuleFromEdgeInstance UnsubscribeTopic UpdateEdgeDriverVersion UpdateEdgeInstance
    UpdateEdgeInstanceChannel UpdateEdgeInstanceMessageRouting UpdateOTAJob UpdateSceneRule UpdateTopicConfig
    WriteDevicesHotStorageData
    """.split()  # noqa: SIM905
)
