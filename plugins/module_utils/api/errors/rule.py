# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Error codes of rules, parsers and what they forward to (the manual's chapter 4.6)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    EXISTS,
    NOT_FOUND,
    PERMANENT,
    TRANSIENT,
    error_codes,
)

ERRORS = error_codes(
    {
        "iot.messagebroker.NullTopicName": (
            PERMANENT, "The message queue topic that is to receive the messages is empty", "Name the receiving topic",
        ),
        "iot.rule.CreateRuleException": (
            TRANSIENT,
            "The server hit an exception while creating the rule",
            "Try again, and check the parameters if it keeps failing",
        ),
        "iot.rule.DeleteRuleFailed": (TRANSIENT, "The rule could not be deleted", "Try again later"),
        "iot.rule.IncorrentRuleActionId": (
            PERMANENT, "The rule action ID is wrong", "Look up the action ID with ListRuleActions",
        ),
        "iot.rule.IncorrentRuleActionType": (
            PERMANENT, "The rule action type is wrong", "Use one of the values that CreateRuleAction lists for Type",
        ),
        "iot.rule.NullForwardDestForRule": (
            PERMANENT,
            "The rule has no destination to forward to",
            "Add a destination to the rule; see Configuration of CreateRuleAction",
        ),
        "iot.rule.NullSqlForRule": (PERMANENT, "The rule has no SQL statement", "Set the SQL of the rule"),
        "iot.rule.NotFoundRule": (NOT_FOUND, "The rule does not exist", "Look up the RuleId with ListRule"),
        "iot.rule.NotFoundRuleAction": (
            NOT_FOUND, "The rule action does not exist", "Look up the ActionId with ListRuleActions",
        ),
        "iot.rule.EmptyScript": (PERMANENT, "The parser has no script", "Save and publish the parser script first"),
        "iot.rule.EmptyScriptDraft": (PERMANENT, "The draft of the parser script is empty", "Pass a script"),
        "iot.rule.scriptSyntaxError": (PERMANENT, "The parser script has a syntax error", "Correct the script"),
        "iot.rule.DataSourceNotExists": (NOT_FOUND, "The data source does not exist", "Check the data source ID"),
        "iot.rule.DataSourceItemNotExists": (
            NOT_FOUND, "The topic of the data source does not exist", "Check which topics the data source holds",
        ),
        "iot.rule.DestinationNotBound": (
            PERMANENT, "The parser has no destination bound to it", "Bind a destination to the parser first",
        ),
        "iot.rule.destinationNotExists": (NOT_FOUND, "The destination does not exist", "Check the destination ID"),
        "iot.rule.ParseRuleActionConfigError": (
            PERMANENT,
            "The configuration of the rule action could not be parsed",
            "Check Configuration against the destination's type",
        ),
        "iot.rule.QueryRuleActionListError": (
            TRANSIENT, "The list of rule actions could not be read", "Try again later",
        ),
        "iot.rule.QueryRuleFailed": (TRANSIENT, "The parser could not be read", "Try again later"),
        "iot.rule.QueryRulePageActionError": (TRANSIENT, "The page of rules could not be read", "Try again later"),
        "iot.rule.RuleActionsAlreadyCreated": (EXISTS, "The same rule action already exists"),
        "iot.rule.RuleCountExceedMax": (
            PERMANENT, "The account has reached its maximum number of rules", "Delete a rule that is not needed",
        ),
        "iot.rule.RuleNamesAlreadyExisted": (EXISTS, "A rule of this name already exists", "Choose another name"),
        "iot.rule.StartRuleFailed": (
            TRANSIENT,
            "The rule could not be started",
            "Try again, and check that the rule is complete if it keeps failing",
        ),
        "iot.rule.StopRuleFailed": (
            PERMANENT, "The rule could not be stopped", "Check the rule ID and the rule's configuration",
        ),
        "iot.rule.TooManyRuleAction": (
            PERMANENT,
            "The rule already has the maximum of 10 forwarding actions",
            "Delete a rule action that is not needed",
        ),
        "iot.rule.UpdateRuleFailed": (PERMANENT, "The rule could not be updated", "Check the parameters of the rule"),
        "iot.ruleng.CreateRuleActionFailed": (TRANSIENT, "The rule action could not be created", "Try again later"),
        "iot.ruleng.DeleteRuleActionFailed": (TRANSIENT, "The rule action could not be deleted", "Try again later"),
        "iot.ruleng.IncorrectActionTypeError": (
            PERMANENT,
            "The rule's error action cannot forward to this cloud product",
            "Choose another type of destination for the error action",
        ),
        "iot.ruleng.IncorrectRegionName": (
            PERMANENT, "The regionName value is wrong", "Use the ID of the region that holds the destination",
        ),
        "iot.ruleng.IncorrectSysTopic": (
            PERMANENT,
            "The basic or thing model topic given for the rule is wrong",
            "Use one of the topics that CreateRule lists",
        ),
        "iot.ruleng.IncorrectType": (
            PERMANENT,
            "The topic type of the rule is wrong",
            "Set TopicType to 0 (basic or thing model), 1 (custom) or 2 (device status)",
        ),
        "iot.ruleng.InvalidEndpoint": (PERMANENT, "The endpoint is not valid", "Check the endpoint of the destination"),
        "iot.ruleng.InvalidFormattedTagInConfiguration": (
            PERMANENT, "The tag in Configuration is too long", "Shorten the tag",
        ),
        "iot.ruleng.InvalidRamRole": (PERMANENT, "The RAM role is not valid", "Check the role in the RAM console"),
        "iot.ruleng.ListInstancesError": (
            TRANSIENT,
            "The list of instances could not be read",
            "Try again, and check the parameters if it keeps failing",
        ),
        "iot.ruleng.OnlyAllowOneErrorAction": (
            PERMANENT, "A rule can have only one destination for errors", "Delete or change the existing error action",
        ),
        "iot.ruleng.QueryInstanceError": (TRANSIENT, "The instance could not be read", "Try again later"),
        "iot.ruleng.QueryRuleActionFailed": (TRANSIENT, "The rule action could not be read", "Try again later"),
        "iot.ruleng.RegionNotSupportRuleForwardCloudProduct": (
            PERMANENT,
            "Rules in this region cannot forward to this cloud product",
            "See which destinations the region supports",
        ),
        "iot.ruleng.RuleActionConfigurationsNotJson": (
            PERMANENT,
            "The configuration of the rule action is not JSON",
            "Pass Configuration as a JSON string as CreateRuleAction describes",
        ),
        "iot.ruleng.RuleAlreadyStarted": (
            PERMANENT, "The rule is already running", "Stop the rule first if you mean to change it",
        ),
        "iot.ruleng.NullRamRoleArn": (PERMANENT, "The roleArn is empty", "Pass the ARN of the RAM role"),
        "iot.ruleng.NullRamRoleName": (PERMANENT, "The roleName is empty", "Pass the name of the RAM role"),
        "iot.ruleng.NullRuleActionConfig": (
            PERMANENT, "The configuration of the rule action is empty", "Pass Configuration",
        ),
        "iot.ruleng.NullRuleActionType": (PERMANENT, "The type of the rule action is empty", "Pass Type"),
        "iot.ruleng.UpdateRuleActionFailed": (TRANSIENT, "The rule action could not be updated", "Try again later"),
        "iot.messagebroker.IncorrectRuleSql": (
            PERMANENT, "The SQL of the rule is wrong", "Correct the SQL as CreateRule describes",
        ),
        "iot.messagebroker.QueryRuleConfigActionException": (
            TRANSIENT,
            "The server hit an exception while reading the rule's configuration",
            "Try again, and check the parameters if it keeps failing",
        ),
        "iot.ruleng.EmptySchemaNameOfTopic": (
            PERMANENT, "A name in the schema of the DataHub topic is empty", "Give every schema field a name",
        ),
        "iot.ruleng.EmptySchemaTypeOfTopic": (
            PERMANENT, "A type in the schema of the DataHub topic is empty", "Give every schema field a type",
        ),
        "iot.ruleng.EmptySchemaValueOfTopic": (
            PERMANENT, "A value in the schema of the DataHub topic is empty", "Give every schema field a value",
        ),
        "iot.ruleng.IncorrectSchemaValueOfTopic": (
            PERMANENT,
            "A value in the schema of the DataHub topic is wrong",
            "Check the schema values against the DataHub topic",
        ),
        "iot.ruleng.NullOrEmptySchemaOfTopic": (
            PERMANENT, "The schema of the DataHub topic is empty", "Pass the schema of the destination topic",
        ),
        "iot.ruleng.NullProjectOfDatahub": (PERMANENT, "The DataHub projectName is empty", "Pass the DataHub project"),
        "iot.ruleng.NullTopicInDatahubProject": (
            PERMANENT, "The topicName in the DataHub project is empty", "Pass the DataHub topic",
        ),
        "iot.ruleng.NotFoundProjectInDataHub": (
            NOT_FOUND, "The project does not exist in DataHub", "Check the project name in DataHub",
        ),
        "iot.ruleng.NotFoundTopicInDataHubProject": (
            NOT_FOUND, "The topic does not exist in the DataHub project", "Check the topic name in DataHub",
        ),
        "iot.ruleng.NullOtsInstanceName": (
            PERMANENT, "The Tablestore instance name is empty", "Pass the Tablestore instance",
        ),
        "iot.ruleng.NullTableNameInOtsInstance": (
            PERMANENT, "The table name of the Tablestore instance is empty", "Pass the table name",
        ),
        "iot.ruleng.NullPrimaryKeyInOtsTable": (
            PERMANENT, "The primary key of the Tablestore table is empty", "Pass the table's primary key",
        ),
        "iot.ruleng.NullPrimaryKeyNameInOts": (
            PERMANENT, "The name of a Tablestore primary key is empty", "Pass the name of every primary key column",
        ),
        "iot.ruleng.NullPrimaryKeyTypeInOts": (
            PERMANENT, "The type of a Tablestore primary key is empty", "Pass the type of every primary key column",
        ),
        "iot.ruleng.NullPrimaryKeyValueInOts": (
            PERMANENT, "The value of a Tablestore primary key is empty", "Pass a value for every primary key column",
        ),
        "iot.ruleng.IncorrectPrimaryKeyValueInOtsTable": (
            PERMANENT,
            "A primary key value for the Tablestore table is wrong",
            "Compare it with the primary key defined for the table in Tablestore",
        ),
        "iot.ruleng.NullTopicNameInMns": (PERMANENT, "The Message Service (MNS) topic is empty", "Pass the MNS topic"),
        "iot.ruleng.NotFoundTopicInMns": (
            NOT_FOUND, "The topic does not exist in Message Service (MNS)", "Check the topic name in MNS",
        ),
        "iot.ruleng.QueryMnsTopicListActionError": (
            TRANSIENT,
            "The list of Message Service (MNS) topics could not be read",
            "Try again, and check the parameters if it keeps failing",
        ),
        "iot.ruleng.NullServiceNameInFc": (
            PERMANENT, "The Function Compute service name is empty", "Pass the service name",
        ),
        "iot.ruleng.NullFunctionNameInFc": (
            PERMANENT, "The Function Compute function name is empty", "Pass the function name",
        ),
        "iot.ruleng.NotFoundServiceInFc": (
            NOT_FOUND, "The Function Compute service does not exist", "Check the service name in Function Compute",
        ),
        "iot.ruleng.InstanceNotFound": (
            NOT_FOUND, "The message queue instance does not exist", "Check the instance ID",
        ),
        "iot.ruleng.ListMqTopicsError": (TRANSIENT, "The message queue topics could not be read", "Try again later"),
        "iot.ruleng.TopicsNotUnique": (
            PERMANENT, "The message queue topic is not unique", "Name a topic that occurs only once",
        ),
        "iot.ruleng.TopicNotFound": (NOT_FOUND, "The message queue topic does not exist", "Check the topic name"),
        "iot.ruleng.InvalidFormattedTagNameInHitsdb": (PERMANENT, "A TSDB tag is malformed", "Correct the tag"),
        "iot.ruleng.InvalidFormattedTimestampInHitsdb": (
            PERMANENT, "The TSDB timestamp is malformed", "Correct the timestamp",
        ),
        "iot.ruleng.NotBindCustomerVpc": (
            PERMANENT, "The instance is not bound to your VPC", "Bind the VPC to the instance first",
        ),
        "iot.ruleng.NullInstanceNameInHitsdb": (PERMANENT, "The TSDB instance name is empty", "Pass the TSDB instance"),
        "iot.ruleng.NullTagNameInHitsdb": (PERMANENT, "A TSDB tag name is empty", "Give every tag a name"),
        "iot.ruleng.NullTagValueInHitsdb": (PERMANENT, "A TSDB tag value is empty", "Give every tag a value"),
        "iot.ruleng.NullTimestampInHitsdb": (PERMANENT, "The TSDB timestamp is empty", "Pass the timestamp"),
        "iot.ruleng.OnlySameRegionHitsdbSupport": (
            PERMANENT,
            "Rules can forward only to a TSDB in the same region",
            "Choose a TSDB instance in the rule's region",
        ),
        "iot.ruleng.GrantVpcInstanceFailed": (
            PERMANENT,
            "Access to the VPC instance could not be granted",
            "Check the RDS instance, its VPC and the RAM role",
        ),
        "iot.ruleng.InvalidFormattedConnectionIp": (
            PERMANENT, "The connection IP is malformed", "Correct the IP address",
        ),
        "iot.ruleng.InvalidFormattedConnectionPort": (
            PERMANENT, "The connection port is malformed", "Correct the port",
        ),
        "iot.ruleng.InvalidFormattedRdsDatabaseName": (
            PERMANENT, "The RDS database name has characters that are not allowed", "Correct the database name",
        ),
        "iot.ruleng.InvalidFormattedRdsTableName": (
            PERMANENT, "The RDS table name has characters that are not allowed", "Correct the table name",
        ),
        "iot.ruleng.ListRdsAccountError": (
            TRANSIENT, "The accounts of the RDS database could not be read", "Try again later",
        ),
        "iot.ruleng.NotFoundTable": (NOT_FOUND, "The table does not exist in the RDS database", "Check the table name"),
        "iot.ruleng.NotFoundVpcInstance": (
            NOT_FOUND, "The VPC instance does not exist", "Make sure the RDS instance has a VPC and a vSwitch",
        ),
        "iot.ruleng.NotFoundVpcInstanceConnection": (
            NOT_FOUND, "No VPC path to the RDS instance was found", "Check the VPC connection of the RDS instance",
        ),
        "iot.ruleng.NotMatchedField": (
            PERMANENT, "The fields do not match those of the RDS table", "Compare the field names with the table",
        ),
        "iot.ruleng.NullConnectionIp": (PERMANENT, "The connection IP is empty", "Pass the IP address"),
        "iot.ruleng.NullConnectionPort": (PERMANENT, "The connection port is empty", "Pass the port"),
        "iot.ruleng.NullRdsInstanceName": (PERMANENT, "The RDS instance name is empty", "Pass the RDS instance"),
        "iot.ruleng.NullRdsDatabaseName": (PERMANENT, "The RDS database name is empty", "Pass the database name"),
        "iot.ruleng.NullRdsAccountName": (PERMANENT, "The database account name is empty", "Pass the account name"),
        "iot.ruleng.NullRdsPassword": (PERMANENT, "The password of the database account is empty", "Pass the password"),
        "iot.ruleng.NullRdsTableName": (PERMANENT, "The RDS table name is empty", "Pass the table name"),
        "iot.ruleng.NullRdsFieldName": (PERMANENT, "An RDS field name is empty", "Pass the field name"),
        "iot.ruleng.NullRdsFieldValue": (PERMANENT, "An RDS field value is empty", "Pass a value for the field"),
        "iot.ruleng.NullVpcInstance": (PERMANENT, "The VPC instance is empty", "Pass the VPC instance"),
        "iot.ruleng.OnlySupportSameRegionRds": (
            PERMANENT,
            "Rules can forward only to an RDS in the same region",
            "Choose an RDS instance in the rule's region",
        ),
        "iot.ruleng.QueryServerMappingInfoError": (
            TRANSIENT, "The mapping of the VPC instance could not be read", "Try again later",
        ),
    }
)
