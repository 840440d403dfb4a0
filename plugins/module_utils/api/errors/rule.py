# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of rules, parsers, data sources and destinations (manual chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    EXISTS,
    NOT_FOUND,
    PERMANENT,
    UNEXPLAINED,
    error_codes,
)

ERRORS = error_codes(
    {
        "iot.messagebroker.NullTopicName": (
            PERMANENT, "The message queue topic that receives the messages is empty", "Specify the message queue topic",
        ),
        "iot.rule.CreateRuleException": (PERMANENT, "An internal error occurred while creating the rule", "Check the parameters"),
        "iot.rule.DeleteRuleFailed": (PERMANENT, "The rule could not be deleted", UNEXPLAINED),
        "iot.rule.IncorrentRuleActionId": (PERMANENT, "The rule action ID is invalid", "Read the ActionId with ListRuleActions"),
        "iot.rule.IncorrentRuleActionType": (
            PERMANENT,
            "The rule action type is invalid",
            "Use one of the values that the documentation of CreateRuleAction lists for Type",
        ),
        "iot.rule.NullForwardDestForRule": (
            PERMANENT,
            "The rule has no destination",
            "Add a destination to the rule (see Configuration of CreateRuleAction)",
        ),
        "iot.rule.NullSqlForRule": (PERMANENT, "The rule has no SQL statement", "Specify the SQL statement of the rule"),
        "iot.rule.NotFoundRule": (NOT_FOUND, "The rule does not exist", "Read the RuleId with ListRule"),
        "iot.rule.NotFoundRuleAction": (NOT_FOUND, "The rule action does not exist", "Read the ActionId with ListRuleActions"),
        "iot.rule.EmptyScript": (PERMANENT, "The parser has no script", "Save and publish the parser script first"),
        "iot.rule.EmptyScriptDraft": (PERMANENT, "The draft of the parser script is empty", "Specify a script"),
        "iot.rule.scriptSyntaxError": (PERMANENT, "The parser script has a syntax error", "Correct the script"),
        "iot.rule.DataSourceNotExists": (NOT_FOUND, "The data source does not exist", "Check the data source ID"),
        "iot.rule.DataSourceItemNotExists": (NOT_FOUND, "The data source does not have this topic", "Check the topics of the data source"),
        "iot.rule.DestinationNotBound": (PERMANENT, "The parser has no destination", "Add a destination to the parser first"),
        "iot.rule.destinationNotExists": (NOT_FOUND, "The destination does not exist", "Check the destination ID"),
        "iot.rule.ParseRuleActionConfigError": (
            PERMANENT,
            "The configuration of the rule action could not be parsed",
            "Check that Configuration matches the type of the destination",
        ),
        "iot.rule.QueryRuleActionListError": (PERMANENT, "The rule actions could not be listed", UNEXPLAINED),
        "iot.rule.QueryRuleFailed": (PERMANENT, "The parser could not be read", UNEXPLAINED),
        "iot.rule.QueryRulePageActionError": (PERMANENT, "The rules could not be listed", UNEXPLAINED),
        "iot.rule.RuleActionIsAlreadyCreated": (EXISTS, "The same rule action already exists", "Use the existing rule action"),
        "iot.rule.RuleCountExceedMax": (PERMANENT, "The account has reached its quota of rules", "Delete rules that you no longer need"),
        "iot.rule.RuleNameIsAlreadyExisted": (EXISTS, "A rule with this name already exists", "Choose another name"),
        "iot.rule.StartRuleFailed": (PERMANENT, "The rule could not be started", "Check that the rule is complete"),
        "iot.rule.StopRuleFailed": (PERMANENT, "The rule could not be stopped", "Check the rule ID and the configuration of the rule"),
        "iot.rule.TooManyRuleAction": (
            PERMANENT, "The rule already has the maximum of 10 actions", "Delete rule actions that you no longer need",
        ),
        "iot.rule.UpdateRuleFailed": (PERMANENT, "The rule could not be updated", "Check the parameters of the rule"),
        "iot.ruleng.CreateRuleActionFailed": (PERMANENT, "The rule action could not be created", UNEXPLAINED),
        "iot.ruleng.DeleteRuleActionFailed": (PERMANENT, "The rule action could not be deleted", UNEXPLAINED),
        "iot.ruleng.IncorrectActionTypeForError": (
            PERMANENT,
            "The error action of the rule cannot forward to this cloud product",
            "Choose another type of destination for the error action",
        ),
        "iot.ruleng.IncorrectRegionName": (PERMANENT, "regionName is invalid", "Specify the ID of the region of the destination"),
        "iot.ruleng.IncorrectSysTopic": (
            PERMANENT,
            "The basic or thing model topic of the rule is invalid",
            "Use one of the topics that the documentation of CreateRule lists",
        ),
        "iot.ruleng.IncorrectType": (
            PERMANENT,
            "The topic type of the rule is invalid",
            "Set TopicType to 0 (basic or thing model), 1 (custom) or 2 (device status)",
        ),
        "iot.ruleng.InvalidEndpoint": (PERMANENT, "The endpoint is invalid", "Check the endpoint of the destination"),
        "iot.ruleng.InvalidFormattedTagInConfiguration": (PERMANENT, "The tag in Configuration is too long", "Shorten the tag"),
        "iot.ruleng.InvalidRamRole": (PERMANENT, "The RAM role is invalid", "Check the role in the RAM console"),
        "iot.ruleng.ListInstancesError": (PERMANENT, "The instances could not be listed", "Check the parameters"),
        "iot.ruleng.OnlyAllowOneErrorAction": (
            PERMANENT, "A rule can have only one error action", "Delete or update the existing error action",
        ),
        "iot.ruleng.QueryInstanceError": (PERMANENT, "The instance could not be read", UNEXPLAINED),
        "iot.ruleng.QueryRuleActionFailed": (PERMANENT, "The rule action could not be read", UNEXPLAINED),
        "iot.ruleng.RegionNotSupportRuleForwardCloudProduct": (
            PERMANENT,
            "Rules in this region cannot forward to this cloud product",
            "Use a destination that the region supports",
        ),
        "iot.ruleng.RuleActionConfigurationIsNotJson": (
            PERMANENT,
            "The configuration of the rule action is not JSON",
            "Specify Configuration as a JSON string, as the documentation of CreateRuleAction describes",
        ),
        "iot.ruleng.RuleAlreadyIsStarted": (PERMANENT, "The rule is already running", "Stop the rule first if you want to change it"),
        "iot.ruleng.NullRamRoleArn": (PERMANENT, "The roleArn is empty", "Specify the ARN of the RAM role"),
        "iot.ruleng.NullRamRoleName": (PERMANENT, "The roleName is empty", "Specify the name of the RAM role"),
        "iot.ruleng.NullRuleActionConfig": (PERMANENT, "The configuration of the rule action is empty", "Specify Configuration"),
        "iot.ruleng.NullRuleActionType": (PERMANENT, "The type of the rule action is empty", "Specify Type"),
        "iot.ruleng.UpdateRuleActionFailed": (PERMANENT, "The rule action could not be updated", UNEXPLAINED),
        "iot.messagebroker.IncorrectRuleSql": (
            PERMANENT,
            "The SQL of the rule is invalid",
            "Correct the SQL statement as the documentation of CreateRule describes",
        ),
        "iot.messagebroker.QueryRuleConfigActionException": (
            PERMANENT,
            "An internal error occurred while reading the configuration of the rule",
            "Check the parameters",
        ),
        "iot.ruleng.EmptySchemaNameOfTopic": (
            PERMANENT,
            "A name in the schema of the DataHub topic is empty",
            "Specify a name for every field of the schema",
        ),
        "iot.ruleng.EmptySchemaTypeOfTopic": (
            PERMANENT,
            "A type in the schema of the DataHub topic is empty",
            "Specify a type for every field of the schema",
        ),
        "iot.ruleng.EmptySchemaValueOfTopic": (
            PERMANENT,
            "A value in the schema of the DataHub topic is empty",
            "Specify a value for every field of the schema",
        ),
        "iot.ruleng.IncorrectSchemaValueOfTopic": (
            PERMANENT,
            "A value in the schema of the DataHub topic is invalid",
            "Compare the values of the schema with the DataHub topic",
        ),
        "iot.ruleng.NullOrEmptySchemaOfTopic": (
            PERMANENT, "The schema of the DataHub topic is empty", "Specify the schema of the destination topic",
        ),
        "iot.ruleng.NullProjectOfDatahub": (PERMANENT, "The DataHub projectName is empty", "Specify the DataHub project"),
        "iot.ruleng.NullTopicInDatahubProject": (PERMANENT, "The topicName in the DataHub project is empty", "Specify the DataHub topic"),
        "iot.ruleng.NotFoundProjectInDataHub": (NOT_FOUND, "The project does not exist in DataHub", "Check the project name in DataHub"),
        "iot.ruleng.NotFoundTopicInDataHubProject": (
            NOT_FOUND, "The topic does not exist in the DataHub project", "Check the topic name in DataHub",
        ),
        "iot.ruleng.NullOtsInstanceName": (PERMANENT, "The Tablestore instance name is empty", "Specify the Tablestore instance"),
        "iot.ruleng.NullTableNameInOtsInstance": (
            PERMANENT, "The table name of the Tablestore instance is empty", "Specify the table name",
        ),
        "iot.ruleng.NullPrimaryKeyInOtsTable": (
            PERMANENT, "The primary key of the Tablestore table is empty", "Specify the primary key of the table",
        ),
        "iot.ruleng.NullPrimaryKeyNameInOts": (
            PERMANENT, "The name of a Tablestore primary key is empty", "Specify the name of every primary key column",
        ),
        "iot.ruleng.NullPrimaryKeyTypeInOts": (
            PERMANENT, "The type of a Tablestore primary key is empty", "Specify the type of every primary key column",
        ),
        "iot.ruleng.NullPrimaryKeyValueInOts": (
            PERMANENT, "The value of a Tablestore primary key is empty", "Specify a value for every primary key column",
        ),
        "iot.ruleng.IncorrectPrimaryKeyValueInOtsTable": (
            PERMANENT,
            "A primary key value for the Tablestore table is invalid",
            "Compare the value with the primary key of the table in Tablestore",
        ),
        "iot.ruleng.NullTopicNameInMns": (PERMANENT, "The Message Service (MNS) topic is empty", "Specify the MNS topic"),
        "iot.ruleng.NotFoundTopicInMns": (NOT_FOUND, "The topic does not exist in Message Service (MNS)", "Check the topic name in MNS"),
        "iot.ruleng.QueryMnsTopicListActionError": (
            PERMANENT,
            "The Message Service (MNS) topics could not be listed",
            "Check the parameters",
        ),
        "iot.ruleng.NullServiceNameInFc": (PERMANENT, "The Function Compute service name is empty", "Specify the service name"),
        "iot.ruleng.NullFunctionNameInFc": (PERMANENT, "The Function Compute function name is empty", "Specify the function name"),
        "iot.ruleng.NotFoundServiceInFc": (
            NOT_FOUND, "The Function Compute service does not exist", "Check the service name in Function Compute",
        ),
        "iot.ruleng.InstanceNotFound": (NOT_FOUND, "The message queue instance does not exist", "Check the instance ID"),
        "iot.ruleng.ListMqTopicsError": (PERMANENT, "The message queue topics could not be listed", UNEXPLAINED),
        "iot.ruleng.TopicIsNotUnique": (
            PERMANENT, "There are several message queue topics with this name", "Specify a topic with a unique name",
        ),
        "iot.ruleng.TopicNotFound": (NOT_FOUND, "The message queue topic does not exist", "Check the topic name"),
        "iot.ruleng.InvalidFormattedTagNameInHitsdb": (PERMANENT, "A TSDB tag has an invalid format", "Correct the tag"),
        "iot.ruleng.InvalidFormattedTimestampInHitsdb": (PERMANENT, "The TSDB timestamp has an invalid format", "Correct the timestamp"),
        "iot.ruleng.NotBindCustomerVpc": (PERMANENT, "The instance is not bound to your VPC", "Bind the VPC to the instance first"),
        "iot.ruleng.NullInstanceNameInHitsdb": (PERMANENT, "The TSDB instance name is empty", "Specify the TSDB instance"),
        "iot.ruleng.NullTagNameInHitsdb": (PERMANENT, "A TSDB tag name is empty", "Specify a name for every tag"),
        "iot.ruleng.NullTagValueInHitsdb": (PERMANENT, "A TSDB tag value is empty", "Specify a value for every tag"),
        "iot.ruleng.NullTimestampInHitsdb": (PERMANENT, "The TSDB timestamp is empty", "Specify the timestamp"),
        "iot.ruleng.OnlySameRegionHitsdbSupport": (
            PERMANENT,
            "Rules can only forward to a TSDB instance in the same region",
            "Choose a TSDB instance in the region of the rule",
        ),
        "iot.ruleng.GrantVpcInstanceFailed": (
            PERMANENT,
            "Access to the VPC instance could not be granted",
            "Check the RDS instance, its VPC and the RAM role",
        ),
        "iot.ruleng.InvalidFormattedConnectionIp": (PERMANENT, "The connection IP has an invalid format", "Correct the IP address"),
        "iot.ruleng.InvalidFormattedConnectionPort": (PERMANENT, "The connection port has an invalid format", "Correct the port"),
        "iot.ruleng.InvalidFormattedRdsDatabaseName": (
            PERMANENT, "The RDS database name has characters that are not allowed", "Correct the database name",
        ),
        "iot.ruleng.InvalidFormattedRdsTableName": (
            PERMANENT, "The RDS table name has characters that are not allowed", "Correct the table name",
        ),
        "iot.ruleng.ListRdsAccountError": (PERMANENT, "The accounts of the RDS database could not be listed", UNEXPLAINED),
        "iot.ruleng.NotFoundTable": (NOT_FOUND, "The table does not exist in the RDS database", "Check the table name"),
        "iot.ruleng.NotFoundVpcInstance": (
            NOT_FOUND, "The VPC instance does not exist", "Check that the RDS instance has a VPC and a vSwitch",
        ),
        "iot.ruleng.NotFoundVpcInstanceConnection": (
            NOT_FOUND, "There is no VPC connection to the RDS instance", "Check the VPC connection of the RDS instance",
        ),
        "iot.ruleng.NotMatchedField": (
            PERMANENT,
            "The fields do not match the fields of the RDS table",
            "Compare the names of the fields with the table",
        ),
        "iot.ruleng.NullConnectionIp": (PERMANENT, "The connection IP is empty", "Specify the IP address"),
        "iot.ruleng.NullConnectionPort": (PERMANENT, "The connection port is empty", "Specify the port"),
        "iot.ruleng.NullRdsInstanceName": (PERMANENT, "The RDS instance name is empty", "Specify the RDS instance"),
        "iot.ruleng.NullRdsDatabaseName": (PERMANENT, "The RDS database name is empty", "Specify the database name"),
        "iot.ruleng.NullRdsAccountName": (PERMANENT, "The database account name is empty", "Specify the account name"),
        "iot.ruleng.NullRdsPassword": (PERMANENT, "The password of the database account is empty", "Specify the password"),
        "iot.ruleng.NullRdsTableName": (PERMANENT, "The RDS table name is empty", "Specify the table name"),
        "iot.ruleng.NullRdsFieldName": (PERMANENT, "An RDS field name is empty", "Specify the field name"),
        "iot.ruleng.NullRdsFieldValue": (PERMANENT, "An RDS field value is empty", "Specify a value for the field"),
        "iot.ruleng.NullVpcInstance": (PERMANENT, "The VPC instance is empty", "Specify the VPC instance"),
        "iot.ruleng.OnlySupportSameRegionRds": (
            PERMANENT,
            "Rules can only forward to an RDS instance in the same region",
            "Choose an RDS instance in the region of the rule",
        ),
        "iot.ruleng.QueryServerMappingInfoError": (PERMANENT, "The mapping of the VPC instance could not be read", UNEXPLAINED),
    }
)
